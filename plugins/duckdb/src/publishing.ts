import type { Session } from '@etl/columnar';
import type { PlanTarget } from '@etl/sdk';
import type { LoadShape, RowsForTable, SqlLoadOptions, TableFacts, TableName } from '@etl/sql/rules';
import { duckdbDialect } from './duckdb-dialect.js';
import type { LoadWorld } from './load-world.js';
import { count, type StagedRows } from './staged-rows.js';

/** A publish at work, in the transaction of `session`. */
export interface Publishing {
  readonly session: Session;
  readonly world: LoadWorld;
  /** As it was before this publish; null: there was none. */
  readonly table: TableFacts | null;
  readonly staged: StagedRows;
  /** What this publish does about rows that the load does not bring. */
  readonly missing: SqlLoadOptions['missing'];
}

interface Beside {
  readonly world: { readonly target: Pick<PlanTarget, 'id' | 'mode'>; readonly shape: LoadShape; readonly name: TableName };
  readonly table: TableFacts | null;
  /** Relation of the rows, as SQL. */
  readonly rows: string;
}

/** Rows of a load beside their table, for what may keep them from it. */
export const rowsForTable = (session: Session, { world: { target, shape, name }, table, rows }: Beside): RowsForTable => ({
  open: { dialect: duckdbDialect },
  target,
  shape,
  name,
  table,
  rows,
  count: (select) => count(session, select),
});
