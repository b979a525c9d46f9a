import type { Origin } from './batch.js';

/** A row that was refused, and why. It is counted and kept, never dropped. */
export interface Reject {
  /** A sentence that names column and rule, without the values of the row. */
  readonly reason: string;
  readonly code?: string;
  readonly field?: string;
  /** The cells as they were met, in the order of the schema where the row has that shape. */
  readonly values: readonly (string | null)[];
  /** `first` is the number of the row. */
  readonly origin?: Origin;
  /** Where people find the row: a file and a line, a page. */
  readonly place?: string;
}
