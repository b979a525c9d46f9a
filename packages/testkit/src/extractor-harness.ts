import type { Columnar, FieldType, Schema } from '@etl/sdk';
import type { Waivers } from './contract.js';
import type { HeldAs } from './held-rows.js';
import type { TextRow } from './text-row.js';

/** What an extractor can read, made by native means. */
export interface Seeded {
  /** Options of the extract. */
  readonly options: unknown;
  /** Given with the request, as a committed schemas.yaml would be, where the source itself knows no types. */
  readonly declared?: Schema;
}

/** Rows with values that their column's type cannot say: a zero date, an infinity. `id` is the key and the first column, in whose order they are read. */
export interface OddSource {
  readonly options: object;
  /** The second column, a date or timestamp in which they stand; never null. */
  readonly field: string;
  /** Keys of the rows that can be read, and of those that cannot; so many that they come in several chunks. */
  readonly good: readonly string[];
  readonly odd: readonly string[];
  /** The newest value of the good rows, in canonical text. */
  readonly newest: string;
}

/** The few doors to the native side of a source; never through the code under test. */
export interface ExtractorHarness extends HeldAs {
  /** Completes the title where one connector has several kinds of source: csv, ndjson. */
  readonly variant?: string;
  /** Options of the connection. Each call of the connector's `open` with them reaches the same source. */
  connection(): unknown;
  /** Makes a fresh source of these rows in this order; `key` of the schema is `id`. */
  seed(schema: Schema, rows: Iterable<TextRow>): Promise<Seeded>;
  /** Options of an extract of something that does not exist. */
  missing(): unknown;
  /** The type as which a column made for this type is reported, with cells of the same text; null: the source has no such type. Default: the type itself. */
  holds?(type: FieldType): FieldType | null;
  /** Options of the same source that give the rows whose `owner` is the parent's `parent`: `where: "owner = :parent"`. With it the kit tries reads that depend on other rows. */
  each?(seeded: Seeded): unknown;
  /** Makes a source with values that cannot be read. With it the kit tries that such rows are rejected. */
  odd?(): Promise<OddSource>;
  /** Changes a source so that no position in it is worth anything. */
  change?(seeded: Seeded): Promise<void>;
  /** Connection options that are refused with this code. */
  readonly broken?: readonly { readonly code: 'UNREACHABLE' | 'AUTH_FAILED' | 'NOT_FOUND'; readonly connection: unknown }[];
  /** The plugin's package.json: what its `etl` key says is compared with the module. */
  readonly manifest?: unknown;
  readonly columnar?: Columnar;
  readonly waivers?: Waivers;
  /** Rows of the large tables; default 200,000. TESTKIT_LONG=1 gives 1,000,000. */
  readonly rows?: number;
  /** Milliseconds for one test. */
  readonly timeout?: number;
}
