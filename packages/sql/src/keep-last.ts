import { EtlError, isEtlError, type Field } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import type { SqlSession } from './sql-client.js';
import { countKeys, ordinalColumn } from './staging.js';

type KeyedRows = Pick<LoadWorld, 'open' | 'staging' | 'shape'>;

const savepoint = '_etl_keys';

/** Deletes from the staging table what a later row of the same key makes void; answers the rows that are left. In the transaction of a publish. */
export async function keepLast(session: SqlSession, world: KeyedRows, rows: number): Promise<number> {
  const { open, staging, shape } = world;
  switch (await proveKeys(session, world)) {
    case 'unique':
      return rows;
    case 'repeated': {
      const left = rows - (await deleteVoid(session, world));
      if ((await proveKeys(session, world)) !== 'unique') throw new EtlError('UNBALANCED', 'Keys are left more than once');
      return left;
    }
    case 'unknown': {
      const keyed = await countKeys(open, session, { table: staging, key: shape.key });
      if (keyed === rows) return rows;
      const deleted = await deleteVoid(session, world);
      if (rows - deleted !== keyed) throw new EtlError('UNBALANCED', `${rows - deleted} rows are left of ${keyed} keys`);
      return keyed;
    }
  }
}

/**
 * Has the server make a unique index of the keys, where definitions are part of a transaction: it takes a third of the time of counting them, and lets the server
 * join the rows with their table in order of the key.
 */
async function proveKeys(session: SqlSession, { open, staging, shape }: KeyedRows): Promise<'unique' | 'repeated' | 'unknown'> {
  const { ddl, dml } = open.dialect;
  if (ddl.uniqueKey === null) return 'unknown';
  await session.run(`savepoint ${savepoint}`);
  try {
    await open.define(session, ddl.uniqueKey(staging, keyFields(shape)));
  } catch (error) {
    if (!isEtlError(error) || !session.usable) throw error;
    if (error.code !== 'CONFLICT' && !cannotIndex.has(error.code)) throw error;
    await session.run(`rollback to savepoint ${savepoint}`);
    return error.code === 'CONFLICT' ? 'repeated' : 'unknown';
  }
  if (dml.releaseSavepoint !== null) await session.run(dml.releaseSavepoint(savepoint));
  return 'unique';
}

const keyFields = ({ key, columns }: LoadWorld['shape']): readonly Field[] =>
  key.flatMap((name) => columns.find((column) => column.name === name) ?? []);

/** A type without an order, or a key that is too long for an index: such keys are counted. */
const cannotIndex: ReadonlySet<string> = new Set(['SCHEMA_MISMATCH', 'SQL_FAILED']);

function deleteVoid(session: SqlSession, { open, staging, shape }: KeyedRows): Promise<number> {
  const table = open.quote(staging);
  const ordinal = open.dialect.names.quote(ordinalColumn);
  const numbered = `select ${ordinal} o, row_number() over (partition by ${open.columns(shape.key)} order by ${ordinal} desc) n from ${table}`;
  return session.run(`delete from ${table} where ${ordinal} in (select k.o from (${numbered}) k where k.n > 1)`);
}
