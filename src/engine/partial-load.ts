import type { PreparedRun } from './prepare-run.js';

type Counted = Pick<PreparedRun, 'bound' | 'ledger'>;

/** Rows that were refused on their way to a load, by any step of any dataset behind it or by its target. */
const refusedBefore = ({ bound, ledger }: Counted, load: string): number =>
  [...(bound.lineage.get(load) ?? [])]
    .flatMap((dataset) => ledger.steps(dataset))
    .reduce((sum, { rejected }) => sum + rejected, ledger.refused(load));

/** Whether a row of the source may be missing in a load without having left the source. */
export const isPartial = (counted: Counted, load: string): boolean => refusedBefore(counted, load) > 0;

/** Says which loads keep the rows that they do not bring, although they were told to delete or mark them. */
export function warnOfKept(prepared: PreparedRun): void {
  const { job, settled, context } = prepared;
  for (const { name, settlesMissing } of job.loads) {
    if (!settlesMissing || settled.has(name) || !isPartial(prepared, name)) continue;
    const text = `Load ${name} keeps the rows that it does not bring: ${refusedBefore(prepared, name)} rows were rejected, which the source still has`;
    context.log.warn(text);
    context.progress({ type: 'message', level: 'warn', text });
  }
}
