import type { RunRecord } from '../state/run-record.js';
import { balanceTable, type BalanceOptions } from './balance-table.js';
import { formatDuration, plural } from './format-quantity.js';
import { rejectedRows } from './run-report.js';

export interface RunRendering extends BalanceOptions {
  readonly bin: string;
  /** The error of the run as people read it; null: none. */
  readonly failure: string | null;
}

const marks = { done: '✔', failed: '✖', interrupted: '■', running: '■' } as const;
const words = {
  done: 'is done',
  failed: 'has failed',
  interrupted: 'was interrupted; the next run continues it',
  running: 'was killed; the next run continues it',
} as const;

/** The end of a run for people: what became of every row, and what to type next. */
export function renderRun(run: RunRecord, { palette, width, bin, failure }: RunRendering): string {
  const paint = run.status === 'done' ? palette.good : run.status === 'failed' ? palette.bad : palette.caution;
  const time = run.finished === null ? '' : ` in ${formatDuration(Date.parse(run.finished) - Date.parse(run.started))}`;
  const title = `${paint(marks[run.status])} ${palette.bold(run.job)} ${words[run.status]}${run.status === 'done' ? time : ''} ${palette.faint(`(run ${run.id})`)}`;
  const balance = balanceTable(run, { palette, width });
  return [
    title,
    ...(balance === '' ? [] : ['', balance]),
    ...(failure === null ? [] : ['', failure]),
    ...nextLines(run, { palette, bin }),
  ].join('\n');
}

function nextLines(run: RunRecord, { palette, bin }: Pick<RunRendering, 'palette' | 'bin'>): string[] {
  const rejected = rejectedRows(run);
  const lines = [
    ...(rejected > 0
      ? [
          `${palette.caution(plural(rejected, 'row'))} put aside, with the reason: ${palette.command(`${bin} rejects list --run ${run.id}`)}`,
        ]
      : []),
    ...(run.status === 'interrupted' ? [`Continue: ${palette.command(`${bin} run ${run.job}`)}`] : []),
    ...(run.status === 'failed' ? [`The log of the run: ${palette.command(`${bin} logs ${run.id}`)}`] : []),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}
