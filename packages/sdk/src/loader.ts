import type { LoadCounts } from './balance.js';
import type { Batch } from './batch.js';
import type { EtlError } from './error.js';
import type { Cursors } from './extractor.js';
import type { Json } from './json.js';
import type { Reject } from './reject.js';
import type { Schema } from './schema.js';

export const modes = ['append', 'replace', 'merge', 'insert-new', 'replace-by', 'history'] as const;
export type Mode = (typeof modes)[number];

/** `evolve` adds columns and widens types, `freeze` stops, `ignore-new` drops columns that the target lacks. */
export const schemaPolicies = ['evolve', 'freeze', 'ignore-new'] as const;
export type SchemaPolicy = (typeof schemaPolicies)[number];

/** The name of a load, `job/load`: one record of state belongs to it. */
export type LoadId = string;

/** The engine's: position, whether the part is done, counts so far. Opaque to loaders. */
export type Mark = Json;

export interface Published {
  readonly run: string;
  readonly counts: LoadCounts;
  readonly summary: Json;
}

export interface Unfinished {
  readonly run: string;
  readonly fingerprint: string;
  readonly plan: Json;
  readonly marks: { readonly [part: string]: Mark };
}

export interface LoadState {
  /** Goes up with every begin and publish; 0: never loaded. */
  readonly epoch: number;
  readonly cursors: Cursors;
  readonly published: Published | null;
  readonly unfinished: Unfinished | null;
}

export interface LoadTarget {
  readonly id: LoadId;
  /** As `state` returned it: begin is compare-and-set. */
  readonly epoch: number;
  readonly run: string;
  readonly fingerprint: string;
  readonly plan: Json;
  /** In source order. */
  readonly parts: readonly string[];
  readonly schema: Schema;
  readonly mode: Mode;
  readonly key: readonly string[];
  readonly policy: SchemaPolicy;
  /** End the session of an older run that still holds the load. */
  readonly takeOver: boolean;
}

export interface Commit {
  readonly run: string;
  /** Rows that seal counted; the loader's counts must account for them. */
  readonly rows: number;
  readonly cursors: Cursors;
  readonly summary: Json;
  /** Rows of the source were refused on their way, so a row that the load does not bring may still be there: `missing: delete | mark` then keeps all, and the engine says so. */
  readonly partial?: boolean;
}

/** What a load is to be compared with its target for: nothing of a run. */
export type PlanTarget = Pick<LoadTarget, 'id' | 'schema' | 'mode' | 'key' | 'policy'>;

/** What a load would do to its target, found without changing anything: neither tables nor state are made. */
export interface LoadPlan {
  /** What is loaded into, as people call it there: `main.orders`. */
  readonly target: string;
  /** Rows that it holds now; null: it does not exist yet. Absent: counting them would be slow. */
  readonly rows?: number | null;
  readonly columns: readonly PlannedColumn[];
  /** All that a publish would run, in order, `pre` and `post` and the DDL of `evolve` included; staging tables by their names. */
  readonly statements: readonly string[];
  /** Every way in which the load does not fit: what `begin` would throw, but all of it. Where there is one, `columns` and `statements` hold what could be told. */
  readonly problems: readonly EtlError[];
}

export interface PlannedColumn {
  readonly name: string;
  /** The type in the words of the target. */
  readonly type: string;
  /** `ignore`: a column of the load that is left out; `keep`: one of the target that stays as it is, written or not. */
  readonly change: 'create' | 'add' | 'widen' | 'keep' | 'ignore';
  /** Before it is widened. */
  readonly before?: string;
}

/** Takes the rows that a load would bring, one call after the other, and tells what would become of each. Keeps them in temporary storage; the target is not changed. */
export interface Comparison {
  write(batch: Batch): Promise<void>;
  /** As `publish` would answer it now; throws what it would throw. Rows that the target would refuse are counted as rejected. */
  end(commit: Pick<Commit, 'partial'>): Promise<LoadCounts>;
  close(): Promise<void>;
}

/**
 * Options by the same names in every connector that has them, so that jobs move between databases:
 * `missing` (`keep`, the default, `delete`, `mark`): rows of the table that the load does not bring, for merge and history; `marked` (default `deleted_at`): the column that
 * `mark` fills with the time; `allow_empty` (default false): without it a load that brings no row and has `missing: delete | mark` throws CONFLICT at publish;
 * `pre`, `post`: lists of SQL statements run in the transaction of the publish, before the first and behind the last change, once with the rows;
 * `params`: supplied by the job, the values of `:name` in them.
 */
export interface Loader {
  readonly traits: {
    /** Whether rows become visible together. */
    readonly visible: 'at-publish' | 'per-item';
    /** chunk: an interrupted load continues behind the last saved mark; restart: it begins again. */
    readonly resume: 'chunk' | 'restart';
    /** Parts that may be written side by side. */
    readonly parts: number;
  };
  /** Takes no lock, changes nothing. */
  state(id: LoadId): Promise<LoadState>;
  /** Compare and set; null forgets all cursors. Throws FENCED. */
  setState(id: LoadId, epoch: number, cursors: Cursors | null): Promise<void>;
  /** Takes the load: continues the staging of the same run and fingerprint, else starts anew. Throws BUSY, FENCED, STAGING_LOST. */
  begin(target: LoadTarget): Promise<Load>;
  /** Removes what a publish left behind that was cut off when its rows were visible already: a run calls it that finds its load published. */
  tidy?(id: LoadId): Promise<void>;
  /** For `etl plan` and `etl validate --connect`. Absent: the loader cannot tell before it loads. */
  plan?(target: PlanTarget): Promise<LoadPlan>;
  /** For the row differences of `etl plan`; called only where `plan` told no problem. */
  compare?(target: PlanTarget): Promise<Comparison>;
  close(): Promise<void>;
}

export interface Load {
  part(id: string): Promise<PartWriter>;
  /** All parts are in, counted in the target; nothing is visible yet. */
  seal(): Promise<{ readonly rows: number }>;
  /** Same run again: the first answer. Else fence, change, balance, cursors, epoch + 1, commit, in one transaction. */
  publish(commit: Commit): Promise<LoadCounts>;
  /** After an error or Ctrl-C: what is saved stays for the next run. */
  suspend(): Promise<void>;
  /** Drops the staging; the target stays as it was. */
  discard(): Promise<void>;
}

export interface PartWriter {
  /** The mark that was saved last, or null: nothing of this part is safe yet. */
  readonly after: Mark | null;
  /** Bytes from save to save that suit the target now, where it does not keep the batches in memory until then; absent: what the engine takes for all. */
  readonly saveBytes?: number;
  /** The batch stays valid and unchanged until `flush` returns, or until `release` is called, by which a writer may say earlier that it reads it no more. */
  write(batch: Batch, release?: () => void): Promise<void>;
  /** Takes the rows of a Parquet file whose columns are those of the schema; only loaders that gain by it have this. */
  writeParquet?(file: { readonly path: string; readonly rows: number }): Promise<void>;
  /** What the target refused so far, known before anything is made safe. */
  flush(): Promise<readonly Reject[]>;
  /** Rows and mark are safe together, in one transaction. */
  save(mark: Mark): Promise<void>;
  close(): Promise<void>;
}
