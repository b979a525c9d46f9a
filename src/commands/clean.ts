import { Flags } from '@oclif/core';
import type { CleanItem } from '../state/plan-clean.js';
import { ConfirmingCommand, yesFlag } from '../terminal/confirming-command.js';
import { flagValue, wholeNumberFlag } from '../terminal/flag-values.js';
import { formatBytes, formatCount, plural } from '../terminal/format-quantity.js';
import { showTable } from '../terminal/show-table.js';

export default class Clean extends ConfirmingCommand {
  static override summary = 'Remove what old runs left: history, logs, refused rows, spool files';
  static override description = `A run goes when it is older than --older-than and not among the newest --keep of its job.
Never touched: state, running and unfinished runs and their spool.`;
  static override examples = [
    { description: 'Show what would go', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    {
      description: 'Keep the newest 10 runs of each job, however old or young they are',
      command: '<%= config.bin %> <%= command.id %> --keep 10 --older-than 0s',
    },
    { description: 'From a scheduler', command: '<%= config.bin %> <%= command.id %> --older-than "90 days" --yes --json' },
  ];
  static override flags = {
    keep: wholeNumberFlag({ name: 'keep', summary: 'Newest runs of each job that stay; 20 unless told', least: 0 }),
    'older-than': Flags.string({ summary: 'Runs that are younger stay; 30 days unless told', helpValue: 'DURATION' }),
    job: Flags.string({ summary: 'Only runs of this job', helpValue: 'JOB' }),
    'dry-run': Flags.boolean({ summary: 'Only show it', default: false }),
    yes: yesFlag,
  };

  async run() {
    const { flags } = await this.parse(Clean);
    const { keep = 20 } = flags;
    const [{ clean, etlFolder, planClean }, { durationOf }] = await Promise.all([
      import('../state/index.js'),
      import('../project/index.js'),
    ]);
    const olderThan = flagValue(flags['older-than'] ?? '30 days', { flag: 'older-than', example: '"90 days"', read: durationOf }) ?? 0;
    const etl = etlFolder(await this.projectDirectory(flags));
    const items = await planClean(etl, {
      keep,
      olderThan,
      now: this.outside.now(),
      ...(flags.job !== undefined && { job: flags.job }),
    });
    if (!this.jsonEnabled()) this.#show(items);
    const goes = items.length > 0 && !flags['dry-run'] && (await this.sure(flags.yes, `Remove ${summary(items)}?`));
    const { removed, kept } = goes ? await clean(etl, items) : { removed: [], kept: [] };
    if (goes) this.terminal.say(`Removed ${summary(removed)}`);
    if (kept.length > 0) this.terminal.warn(`${plural(kept.length, 'run')} stayed: taken up again in the meantime`);
    return { status: 'done', exitCode: 0, dryRun: flags['dry-run'], found: items, removed: removed.map(({ path }) => path) };
  }

  #show(items: readonly CleanItem[]): void {
    if (items.length === 0) {
      this.terminal.say('Nothing to remove.');
      return;
    }
    const right = { align: 'right', weight: 2 } as const;
    showTable(this.terminal, {
      columns: [
        { title: 'what', weight: 2 },
        { title: 'job', weight: 1 },
        { title: 'path' },
        { title: 'rejected rows', ...right },
        { title: 'size', ...right },
      ],
      rows: items.map(({ kind, job, path, rejects, bytes }) => [kind, job, path, formatCount(rejects), formatBytes(bytes)]),
    });
    this.terminal.say(`\n${summary(items)}`);
  }
}

function summary(items: readonly CleanItem[]): string {
  const kinds = [
    ['run', 'run', 'runs'],
    ['spool', 'spool file', 'spool files'],
    ['left-over', 'left-over', 'left-overs'],
  ] as const;
  const counts = kinds.flatMap(([kind, one, many]) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [plural(count, one, many)];
  });
  const sum = (value: (item: CleanItem) => number): number => items.reduce((total, item) => total + value(item), 0);
  const rejects = sum((item) => item.rejects);
  const rows = rejects === 0 ? '' : `, with ${plural(rejects, 'refused row')}`;
  return `${counts.length === 0 ? 'nothing' : counts.join(' and ')}${rows} (${formatBytes(sum((item) => item.bytes))})`;
}
