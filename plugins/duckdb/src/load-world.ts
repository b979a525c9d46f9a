import type { LoadTarget, PartWriter } from '@etl/sdk';
import type { LoadShape, SqlLoadOptions, TableName } from '@etl/sql/rules';
import type { StagedPart } from './load-state.js';

/** What the pieces of one open load share. */
export interface LoadWorld {
  readonly target: LoadTarget;
  readonly name: TableName;
  readonly options: SqlLoadOptions;
  /** The epoch that this load holds. */
  readonly epoch: number;
  readonly shape: LoadShape;
  readonly stagingSchema: string;
  /** In source order. */
  readonly parts: readonly StagedPart[];
  /** Folder for segments. */
  readonly temporary: string;
  readonly failpoint: (name: string) => Promise<void>;
  /** Runs work that a newer run may break, and tells it as FENCED where it did. */
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
  readonly closed: (writer: PartWriter) => void;
}
