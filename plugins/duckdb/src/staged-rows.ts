import { quote, type Session } from '@etl/columnar';
import { EtlError } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';

/** All staged rows as SQL, with what the modes ask of them. */
export interface StagedRows {
  readonly rows: number;
  /** Columns that are written, quoted and joined. */
  readonly columns: string;
  /** Relation of all rows, part after part. */
  readonly all: string;
  /** Relation with one row for each key: the last in source order. */
  readonly winners: string;
  readonly winnerRows: number;
  readonly deduplicated: number;
}

const winnersTable = '_etl_winners';
/** Parts are further apart than any of them has rows. */
const partStride = 2n ** 44n;

export const stagingTable = ({ stagingSchema }: Pick<LoadWorld, 'stagingSchema'>, staging: string): string =>
  `${quote(stagingSchema)}.${quote(staging)}`;

/**
 * Counts the staged rows and, where a key says so, keeps the last of each key. Rows stay in the order in which they were written: rowid
 * ascends within a staging table, since nothing is ever deleted from it.
 */
export async function stagedRows(
  session: Session,
  world: Pick<LoadWorld, 'shape' | 'parts' | 'stagingSchema'>,
  key: readonly string[],
): Promise<StagedRows> {
  const { shape, parts } = world;
  const columns = shape.columns.map(({ name }) => quote(name)).join(', ');
  const tables = parts.map(({ staging }) => stagingTable(world, staging));
  const all = tables.length === 1 ? (tables[0] ?? '') : `(${tables.map((table) => `select ${columns} from ${table}`).join(' union all ')})`;
  const rows = await count(session, `select count(*) from ${all}`);
  if (key.length === 0) return { rows, columns, all, winners: all, winnerRows: rows, deduplicated: 0 };
  const keys = key.map(quote).join(', ');
  const winnerRows = await count(session, `select count(*) from (select 1 from ${all} group by ${keys})`);
  const deduplicated = rows - winnerRows;
  if (deduplicated === 0) return { rows, columns, all, winners: all, winnerRows, deduplicated };
  const ordered = tables
    .map((table, at) => `select ${columns}, ${BigInt(at) * partStride} + rowid as _etl_order from ${table}`)
    .join(' union all ');
  await session.run(
    `create or replace temp table ${winnersTable} as select ${columns} from (${ordered}) where _etl_order in (select max(_etl_order) from (${ordered}) group by ${keys}) order by _etl_order`,
  );
  const kept = await count(session, `select count(*) from ${winnersTable}`);
  if (kept !== winnerRows) throw new EtlError('UNBALANCED', `${kept} rows are left of ${winnerRows} keys`);
  return { rows, columns, all, winners: winnersTable, winnerRows, deduplicated };
}

export const dropWinners = (session: Session): Promise<number> => session.run(`drop table if exists temp.${winnersTable}`);

/** The one number that a select gives. */
export async function count(session: Session, select: string): Promise<number> {
  const [row = {}] = await session.rows(select);
  return Number(Object.values(row)[0] ?? 0);
}
