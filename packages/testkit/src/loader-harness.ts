import type { Columnar, FieldType, Schema } from '@etl/sdk';
import type { Waivers } from './contract.js';
import type { HeldAs } from './held-rows.js';
import type { TextRow } from './text-row.js';

/** What a target holds, read by native means. */
export interface Stored {
  /** In their order. */
  readonly columns: readonly string[];
  /** Canonical texts of the types that were loaded, in any order. */
  readonly rows: readonly TextRow[];
}

export interface Refusal {
  readonly schema: Schema;
  readonly rows: readonly TextRow[];
  /** Positions of the rows that are refused. */
  readonly refused: readonly number[];
  /** The column that each reject must name. */
  readonly field: string;
}

/** The few doors to the native side of a target; never through the code under test. */
export interface LoaderHarness extends HeldAs {
  /** Completes the title where one connector has several kinds of target: csv, ndjson. */
  readonly variant?: string;
  /** Options of the connection. Each call of the connector's `open` with them reaches the same targets. */
  connection(): unknown;
  /** Options of a load into the target of this name, which may hold any character. */
  target(name: string): unknown;
  /** What the target holds; null: it does not exist. `schema` says what was loaded, for targets that hold texts without their types. */
  rows(name: string, schema: Schema): Promise<Stored | null>;
  /** Whether the target can hold this type; where it cannot, the load must be refused. Default: every type. */
  holds?(type: FieldType): boolean;
  /** Makes a target that refuses some rows, by a constraint for example, and gives rows for `append` some of which it refuses. */
  refusing?(name: string): Promise<Refusal>;
  /** Names of all that is in the target: tables, files. With it the kit sees what a load leaves behind. */
  objects?(): Promise<readonly string[]>;
  /** The plugin's package.json: what its `etl` key says is compared with the module. */
  readonly manifest?: unknown;
  readonly columnar?: Columnar;
  readonly waivers?: Waivers;
  /** Milliseconds for one test. */
  readonly timeout?: number;
}
