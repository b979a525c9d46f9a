import { EtlError } from './error.js';

/** What became of the rows given to a load: `in` = inserted + updated + unchanged + skipped + deduplicated + rejected; deleted stands beside it. */
export type LoadCounts = {
  readonly in: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly deduplicated: number;
  readonly rejected: number;
  readonly deleted: number;
};

export const noCounts: LoadCounts = { in: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, deduplicated: 0, rejected: 0, deleted: 0 };

/** Throws UNBALANCED unless the counts account for exactly these rows. Loaders call it inside the transaction that publishes. */
export function assertBalanced(rows: number, counts: LoadCounts): void {
  const accounted = counts.inserted + counts.updated + counts.unchanged + counts.skipped + counts.deduplicated + counts.rejected;
  if (counts.in === rows && accounted === rows) return;
  throw new EtlError('UNBALANCED', `The load was given ${rows} rows but accounts for ${accounted}`, {
    hint: 'Nothing was published. Please report this with the log of the run (etl logs)',
    details: { ...counts, expected: rows },
  });
}
