import { EtlError, type Mode } from '@etl/sdk';
import type { Job, LoadEntry } from '../project/job.js';
import { settlesMissing } from './open-job.js';

export interface RefusableOptions {
  readonly limit: number | null;
  readonly fullRefresh: boolean;
  readonly dryRun: boolean;
}

/** Modes that take away what is not in the read: a limited one would empty the target. */
const takingAway: ReadonlySet<Mode> = new Set(['replace', 'replace-by', 'history']);

/** Throws USAGE where the options of a run would harm a target: before anything is opened. */
export function refuseOptions(job: Job, { limit, fullRefresh, dryRun }: RefusableOptions): void {
  if (dryRun) return;
  const emptied = job.loads.find((load) => takingAway.has(load.mode) || settlesMissing(load.options));
  if (limit !== null && emptied !== undefined)
    throw new EtlError('USAGE', `--limit would empty the target of load ${emptied.id}: ${reasonOf(emptied)}`, {
      hint: 'Look at the first rows with etl preview, or try the run with --dry-run --limit',
      place: { ...emptied.place, job: job.name },
    });
  const [statements] = job.statements;
  if (limit !== null && statements !== undefined)
    throw new EtlError('USAGE', `--limit would run the statements of load ${statements.id} over a part of the rows`, {
      hint: 'Look at the first rows with etl preview, or try the run with --dry-run --limit',
      place: { ...statements.place, job: job.name },
    });
  const appended = job.loads.find(({ mode }) => mode === 'append');
  if (fullRefresh && appended !== undefined)
    throw new EtlError('USAGE', `--full-refresh would replace the target of load ${appended.id}, which appends`, {
      hint: 'Rows of earlier runs would be lost. Move the cursor instead (etl state reset), or load with mode merge and a key',
      place: { ...appended.place, job: job.name },
    });
}

const reasonOf = ({ mode, options }: LoadEntry): string =>
  takingAway.has(mode) ? `its mode is ${mode}` : `it says missing: ${String(options['missing'])}`;
