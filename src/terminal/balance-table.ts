import type { RunRecord, StepCounts } from '../state/run-record.js';
import { formatCount } from './format-quantity.js';
import type { Palette } from './palette.js';
import { renderTable, type Column } from './table.js';

export interface BalanceOptions {
  readonly palette: Palette;
  readonly width: number;
}

const number = (title: string): Column => ({ title, align: 'right', weight: 2 });

/** What became of every row of a run, step by step and load by load. Columns without a single row are left out. */
export function balanceTable(run: Pick<RunRecord, 'datasets' | 'loads'>, options: BalanceOptions): string {
  return [stepsTable(run.datasets, options), loadsTable(run.loads, options)].filter((table) => table !== '').join('\n\n');
}

const stepColumns = ['in', 'out', 'filtered', 'deduplicated', 'rejected', 'warned'] as const;
const loadColumns = ['in', 'inserted', 'updated', 'unchanged', 'skipped', 'deduplicated', 'rejected', 'deleted'] as const;

function stepsTable(datasets: RunRecord['datasets'], options: BalanceOptions): string {
  const lines = Object.entries(datasets).flatMap(([dataset, { steps }]) =>
    steps.map((counts, index): Line<StepCounts> => ({ labels: [index === 0 ? dataset : '', counts.step], counts })),
  );
  return countsTable([{ title: 'dataset', weight: 1 }, { title: 'step' }], lines, {
    ...options,
    columns: stepColumns,
    always: ['in', 'out'],
  });
}

function loadsTable(loads: RunRecord['loads'], options: BalanceOptions): string {
  const lines = loads.map((counts) => ({ labels: [counts.id], counts }));
  return countsTable([{ title: 'load', weight: 1 }], lines, { ...options, columns: loadColumns, always: ['in', 'inserted'] });
}

interface Line<C> {
  readonly labels: readonly string[];
  readonly counts: C;
}

interface CountsOptions<N extends string> extends BalanceOptions {
  readonly columns: readonly N[];
  /** Shown even where they are all zero. */
  readonly always: readonly N[];
}

function countsTable<N extends string>(
  labels: readonly Column[],
  lines: readonly Line<{ readonly [name in N]: number }>[],
  { palette, width, columns, always }: CountsOptions<N>,
): string {
  if (lines.length === 0) return '';
  const shown = columns.filter((name) => always.includes(name) || lines.some(({ counts }) => counts[name] > 0));
  return renderTable({
    columns: [...labels, ...shown.map(number)],
    rows: lines.map((line) => [...line.labels, ...shown.map((name) => formatCount(line.counts[name]))]),
    palette,
    width,
    paint: (text, { column }) => {
      const name = shown[column - labels.length];
      if (name === undefined) return column === 0 ? palette.bold(text) : text;
      if (text === '0') return palette.faint(text);
      return name === 'rejected' || name === 'warned' ? palette.caution(text) : text;
    },
  });
}
