import type { Field } from '@etl/sdk';
import type { SqlExtractOptions } from './extract-options.js';

/** A value of each column for each parent, as canonical text. */
export type ParentRows = readonly (readonly (string | null)[])[];

/** A query, and the rows of another dataset that it runs for. */
export interface QueryForParents {
  readonly query: string;
  readonly options: SqlExtractOptions;
  /** Columns of the parents, those that the rows carry, and the query's own. */
  readonly fields: readonly Field[];
  readonly included: readonly Field[];
  readonly own: readonly Field[];
  readonly rows: ParentRows;
}
