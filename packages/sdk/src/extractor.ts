import type { Batch } from './batch.js';
import type { Json } from './json.js';
import type { Reject } from './reject.js';
import type { Field, Schema } from './schema.js';
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

/**
 * `each: { dataset, distinct, include }`: the read depends on the rows of another dataset, its parents. The promise is the same everywhere, so that a
 * job reads the same from any source: **the result is as if the read ran once for each parent, and the rows followed each other**.
 *
 * - `distinct` names the columns of the parents. In SQL they are bound as `:name`, in option texts of other connectors they fill `{name}`. Parents are
 *   told apart by all of them together; each comes once; none of their values is null. Their order means nothing.
 * - `include` names those of them that each row of the result carries: they are the **first columns of the plan's schema**, with the names and types of
 *   `fields`. A column of the read's own with such a name (case ignored) is SCHEMA_MISMATCH with a hint to leave one of them out.
 * - An extractor that can do this says so with `extractor: { options, each: true }` in its connector. Nothing else of `each` reaches its options.
 * - `describe` and `plan` see only the columns. The cursor's bound is fixed over the whole source, not by parent; where the cursor's column belongs to a
 *   query that cannot be described or bounded without values, bind null for each name.
 * - `read` is called once for every batch of parents, at most `plan.parentsAtOnce` of them (default 500), for each part that was planned. Its positions
 *   mean something within that batch only. The engine puts the batch beside them, saves behind each batch, and reads batches side by side where the job
 *   says `parallel`; so plan one part where parents are given.
 * - A batch is **one statement or request, not one for each parent**, where the source can: SQL joins the parents' values laterally
 *   (`from (values (…), …) p(country), lateral (<query with :country as p.country>)`, or an array bind with unnest), or where the server has no LATERAL
 *   one statement of `union all` branches, each with its own binds. The values are always bound, never written into the text.
 * - A value of a parent is bound as its field's type, so that `'007'` stays text and a decimal exact.
 */
export interface ParentColumns {
  /** In the order of `distinct`. */
  readonly fields: readonly Field[];
  /** Names of those that the rows of the result carry. */
  readonly include: readonly string[];
}

/** A batch of parents; `rows` are values in the order of `fields`, at least one. */
export interface Parents extends ParentColumns {
  readonly rows: readonly Row[];
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
  /** Set where another dataset's rows bind this read (`each`): their columns. The rows come with `read`, since they are not there yet. */
  readonly parents?: ParentColumns;
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
  /** Most parents that one call of `read` takes; default 500. */
  readonly parentsAtOnce?: number;
}

export interface Chunk {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
  /** Where to continue after this chunk; null: cannot stop here. */
  readonly position: Position | null;
  /** Bytes of the source behind this chunk, for progress. */
  readonly bytes?: number;
  /**
   * Gives the memory of the batch back to the extractor, which may write over it at once: for the last reader of it, to be called once at most. Where nobody calls
   * it, the batch stays as it is.
   */
  readonly release?: () => void;
}

export interface Extractor {
  /** The columns, without reading the rows where that is possible. */
  describe(parents?: ParentColumns): Promise<{ readonly schema: Schema }>;
  plan(request: ReadRequest): Promise<ReadPlan>;
  /** Pulled: a slow loader slows the source. Breaking off frees what was opened. Throws STALE_POSITION where `after` is worth nothing any more. */
  read(part: Part, after: Position | null, parents?: Parents): AsyncIterable<Chunk>;
  close(): Promise<void>;
}
