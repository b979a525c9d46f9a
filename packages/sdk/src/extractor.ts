import type { Batch } from './batch.js';
import type { Json } from './json.js';
import type { Reject } from './reject.js';
import type { Schema } from './schema.js';
import type { Row } from './value.js';

/** Where the next run begins; only the extractor reads it. Big integers are strings. */
export type Cursor = Json;
/** How far an interrupted read of one part got; only the extractor reads it. */
export type Position = Json;
/** Cursors by dataset. */
export type Cursors = { readonly [dataset: string]: Cursor };

/** A piece of a read that can run by itself in a process that never planned: `range` holds all it needs (since, until, columns, where). */
export interface Part {
  readonly id: string;
  readonly range: Json;
}

export interface ReadRequest {
  /** The cursor of the last published run; null: from the start. */
  readonly since: Cursor | null;
  /** Set where a load appends what this read gives: milliseconds held back before now, for sources that commit late. Null: rows may be read again, so everything is read unless the options say otherwise. */
  readonly hold: number | null;
  /** How many parts are wanted; an extractor may return fewer. */
  readonly parts: number;
  readonly columns?: readonly string[];
  readonly where?: string;
  readonly limit?: number;
  /** Rows of the dataset that this one depends on (`each`). */
  readonly parents?: readonly Row[];
  /** The columns as committed in schemas.yaml; an extractor that infers its types uses these instead. */
  readonly schema?: Schema;
}

/** Made once per run and saved with the load: an interrupted run continues with the same plan. */
export interface ReadPlan {
  readonly schema: Schema;
  /** In source order: the last part has the newest rows. */
  readonly parts: readonly Part[];
  /** Becomes the cursor when the run is published; null: there is none. */
  readonly until: Cursor | null;
  /** position: `read` can continue after any chunk with a position; part: only from the start of a part. */
  readonly resume: 'position' | 'part';
  /** Whether all parts, or each alone, show the source at one moment. */
  readonly snapshot: 'whole' | 'part' | 'none';
  readonly expect?: { readonly rows?: number; readonly bytes?: number };
}

export interface Chunk {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
  /** Where to continue after this chunk; null: cannot stop here. */
  readonly position: Position | null;
  /** Bytes of the source behind this chunk, for progress. */
  readonly bytes?: number;
}

export interface Extractor {
  /** The columns, without reading the rows where that is possible. */
  describe(): Promise<{ readonly schema: Schema }>;
  plan(request: ReadRequest): Promise<ReadPlan>;
  /** Pulled: a slow loader slows the source. Breaking off frees what was opened. Throws STALE_POSITION where `after` is worth nothing any more. */
  read(part: Part, after: Position | null): AsyncIterable<Chunk>;
  close(): Promise<void>;
}
