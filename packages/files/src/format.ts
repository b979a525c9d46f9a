import type { Chunk, FieldType, Json, Position, Schema } from '@etl/sdk';
import type { SourceFile } from './source-file.js';
import type { TypeGuess } from './type-guess.js';

export const formatNames = ['csv', 'tsv', 'json', 'ndjson', 'parquet'] as const;
export type FormatName = (typeof formatNames)[number];

/** One file, as a format has to read it. */
export interface ReadFile {
  readonly file: SourceFile;
  /** As `layout` made it. */
  readonly layout: Json;
  /** The columns of the batches, in this order. */
  readonly schema: Schema;
  /** Keys of JSON records that are left out on purpose; `all`: whatever is no column. */
  readonly leftOut: readonly string[] | 'all';
  /** Name of the part in origins. */
  readonly part: string;
  readonly after: Position | null;
  /** Rows at most; null: all. */
  readonly limit: number | null;
  readonly signal: AbortSignal;
}

/** The columns of a file in their order, with what is known of their types. */
export type Guesses = ReadonlyMap<string, TypeGuess | FieldType>;

/** How bytes hold rows. Formats know no store, and stores know no format. */
export interface Format {
  readonly name: FormatName;
  /** What reading has to know beyond the options, such as the delimiter that was found; reads only the head of the file. */
  layout(file: SourceFile): Promise<Json>;
  /** Names of the columns as the head of the file tells them; null: only the rows can tell. */
  names(layout: Json): readonly string[] | null;
  /** Looks at up to `budget` bytes: all of the file where it is no larger, else its start, middle and end. */
  guess(file: SourceFile, layout: Json, options: { readonly budget: number; readonly signal: AbortSignal }): Promise<Guesses>;
  /** Rows in file order; every chunk has a position. Rows that cannot be read are rejects. Breaking off closes the file. */
  read(plan: ReadFile): AsyncIterable<Chunk>;
}
