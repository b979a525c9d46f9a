import type { LoadTarget, PartWriter } from '@etl/sdk';
import type { SqlLoadOptions } from './load-options.js';
import type { LoadShape } from './load-shape.js';
import type { StagedPart } from './load-state.js';
import type { OpenDatabase } from './open-database.js';
import type { TableName } from './table-name.js';

/** What the pieces of one open load share. */
export interface LoadWorld {
  readonly open: OpenDatabase;
  readonly target: LoadTarget;
  readonly name: TableName;
  readonly options: SqlLoadOptions;
  /** The epoch that this load holds. */
  readonly epoch: number;
  readonly shape: LoadShape;
  readonly staging: TableName;
  /** In source order. */
  readonly parts: readonly StagedPart[];
  /** Tag of the sessions of this load. */
  readonly tag: string;
  readonly failpoint: (name: string) => Promise<void>;
  /** Runs work that a newer run may break, and tells it as FENCED where it did. */
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
  readonly closed: (writer: PartWriter) => void;
}
