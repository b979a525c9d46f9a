import type { ErrorCode, Place } from '@etl/sdk';

/** One test of a job, as job.test.yaml says it. */
export interface JobTest {
  readonly name: string;
  /** Source text by name; `resolveParams` checks it. */
  readonly params: ReadonlyMap<string, string>;
  /** For each extract of the job. */
  readonly given: ReadonlyMap<string, GivenSource>;
  readonly expect: TestExpectations;
  /** When the run began; absent: a fixed moment. */
  readonly started?: Date;
  readonly place: Place;
}

/** Rows in the file, or a file beside the job. */
export type GivenSource =
  { readonly rows: readonly GivenCells[]; readonly place: Place } | { readonly file: string; readonly place: Place };

/** Column to source text: 01234 and 1.10 stay what they are. */
export type GivenCells = { readonly [column: string]: string | null };

export interface TestExpectations {
  /** Datasets as they would be loaded. */
  readonly datasets: ReadonlyMap<string, DatasetExpectation>;
  /** All rejected rows, with `dataset`, `step`, `reason` and `field` beside their columns. */
  readonly rejects?: DatasetExpectation;
  /** The job is stopped by an error with this code. */
  readonly error?: ErrorCode;
}

export interface DatasetExpectation {
  /** Exactly so many. */
  readonly rows?: number;
  /** Rows that are among them, as far as they name columns. */
  readonly contain?: readonly ExpectedCells[];
  /** All rows, in any order. */
  readonly equal?: readonly ExpectedCells[];
  /** Columns and the names of their types. */
  readonly schema?: { readonly [column: string]: string };
}

export type ExpectedCells = { readonly [column: string]: string | null | { readonly matches: string } };
