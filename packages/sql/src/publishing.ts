import { EtlError, type LoadCounts } from '@etl/sdk';
import { raw } from './fragment.js';
import type { LoadWorld } from './load-world.js';
import { timeField } from './own-columns.js';
import { targetName, type PreparedTarget } from './prepare-target.js';
import { matchKeys } from './row-conditions.js';
import type { SqlSession } from './sql-client.js';
import type { TableFacts } from './table-facts.js';

/** A publish at work, in the transaction of `session`. Winners: one row of the staging table for each key, the last in source order. */
export interface Publishing {
  readonly session: SqlSession;
  readonly world: LoadWorld;
  readonly prepared: PreparedTarget;
  /** Staged rows, and those of them that are left once each key stands there once. */
  readonly rows: number;
  readonly winners: number;
  /** What becomes of rows that the load does not bring. */
  readonly missing: 'keep' | 'delete' | 'mark';
}

export type Counts = Partial<LoadCounts>;

/** The server's clock, read once for all rows of a publish. */
export async function publishTime(session: SqlSession, { open }: LoadWorld): Promise<string> {
  const field = timeField('now');
  const { canonical, now, dual } = open.dialect.values;
  const [row] = await open.cells(session, [field], raw(`select ${canonical(field, now)}${dual}`));
  const time = row?.[0];
  if (time == null) throw new EtlError('INTERNAL', 'The server told no time');
  return time;
}

export const emptyLoad = ({ target, options }: Pick<LoadWorld, 'target' | 'options'>): EtlError =>
  new EtlError(
    'CONFLICT',
    `Load ${target.id} brings no row, and missing: ${options.missing} would then take every row of the table as gone`,
    { hint: 'Write allow_empty: true where an empty source is right' },
  );

/** Rows of a load against their table, in which a key may stand twice. */
export interface KeyedRows {
  readonly world: Pick<LoadWorld, 'open' | 'name' | 'shape'>;
  readonly table: Pick<TableFacts, 'uniques'> | null;
  /** Relation of the rows, as SQL. */
  readonly rows: string;
  /** Which rows of the table count; null: all. */
  readonly condition: string | null;
}

/** Without a unique constraint a key may stand in the table twice; which of the rows to change nobody can say. */
export async function refuseRepeatedKeys(session: SqlSession, { world, table, rows, condition }: KeyedRows): Promise<void> {
  const { open, name, shape } = world;
  if (table === null || table.uniques.some((unique) => unique.length > 0 && unique.every((column) => shape.key.includes(column)))) return;
  const matched = `exists (select 1 from ${rows} w where ${matchKeys(world)})`;
  const where = condition === null ? matched : `${condition} and ${matched}`;
  const repeated = await open.count(
    session,
    raw(
      `select count(*) from (select count(*) n from ${targetName(world)} t where ${where} group by ${open.columns(shape.key, 't')} having count(*) > 1) k`,
    ),
  );
  if (repeated === 0) return;
  throw new EtlError(
    'CONFLICT',
    `${name.table} holds ${repeated} keys (${shape.key.join(', ')}) more than once, so nobody can tell which row to change`,
    { hint: 'Remove the doubles from the table, or name a key that is unique in it' },
  );
}
