import { EtlError } from '@etl/sdk';
import { listRuns } from './run-history.js';
import type { RunRecord } from './run-record.js';

export interface RunChoice {
  /** An id, or a beginning or end of one that fits a single run; absent: the newest run. */
  readonly run?: string | undefined;
  readonly job?: string | undefined;
}

/** The run that a person means. Throws NOT_FOUND, and USAGE where several fit. */
export async function findRun(etl: string, { run, job }: RunChoice): Promise<RunRecord> {
  const { runs, damaged } = await listRuns(etl, job === undefined ? {} : { job });
  const [newest] = runs;
  if (run === undefined && newest !== undefined) return newest;
  const exact = runs.find(({ id }) => id === run);
  if (exact !== undefined) return exact;
  const fitting = run === undefined || run === '' ? [] : runs.filter(({ id }) => id.startsWith(run) || id.endsWith(run));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (fitting.length > 1) {
    const some = fitting.slice(0, 5).map(({ id }) => id);
    throw new EtlError('USAGE', `${run ?? ''} fits ${fitting.length} runs`, {
      hint: `Give more of the id: ${some.join(', ')}${fitting.length > 5 ? ', …' : ''}`,
    });
  }
  const where = job === undefined ? '' : ` of job ${job}`;
  const hidden = damaged.length === 0 ? '' : `; ${damaged.length} damaged records cannot be read`;
  const message = run === undefined ? `There is no run${where} yet` : `There is no run ${run}${where}`;
  throw new EtlError('NOT_FOUND', `${message}${hidden}`, {
    hint: run === undefined ? 'Start one with: etl run JOB' : 'etl runs list shows those that are kept',
  });
}
