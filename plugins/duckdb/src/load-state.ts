import type { Session } from '@etl/columnar';
import type { Cursors, Json, LoadId, LoadState, Mark, Published, Unfinished } from '@etl/sdk';
import { fenced } from '@etl/sql/rules';

/** State lives in the target, so that it changes in the same transaction as the rows. */
const stateTable = 'main._etl_state';
const partTable = 'main._etl_part';

const ddl = `
create table if not exists ${stateTable} (load varchar primary key, epoch bigint not null, cursors varchar not null, published varchar, unfinished varchar);
create table if not exists ${partTable} (load varchar not null, part varchar not null, staging varchar not null, epoch bigint not null, mark varchar, rows bigint not null)`;

export const createStateTables = (session: Session): Promise<number> => session.run(ddl);

/** What is kept of an unfinished load beside its marks. */
export interface Unsealed extends Omit<Unfinished, 'marks'> {
  /** Digest of the shape of the staging tables. */
  readonly shape: string;
}

export interface StagedPart {
  readonly part: string;
  /** Name of the staging table, in its schema. */
  readonly staging: string;
  readonly mark: Mark | null;
  readonly rows: number;
}

export interface StoredState extends LoadState {
  readonly shape: string | null;
  readonly parts: readonly StagedPart[];
}

const nothing: StoredState = { epoch: 0, cursors: {}, published: null, unfinished: null, shape: null, parts: [] };

/** What this loader itself wrote as JSON. */
const parsed = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : null);

/** The state of a load; changes nothing, also where the tables are not there yet. */
export async function readState(session: Session, load: LoadId): Promise<StoredState> {
  const tables = await session.rows(
    `select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'main' and table_name = '_etl_state'`,
  );
  if (tables.length === 0) return nothing;
  const [row] = await session.rows(`select epoch, cursors, published, unfinished from ${stateTable} where load = $1`, [load]);
  if (row === undefined) return nothing;
  const epoch = Number(row['epoch']);
  const parts = (
    await session.rows(`select part, staging, mark, rows from ${partTable} where load = $1 and epoch = $2`, [load, epoch])
  ).map(({ part, staging, mark, rows }): StagedPart => ({
    part: String(part),
    staging: String(staging),
    mark: parsed(mark) as Json,
    rows: Number(rows),
  }));
  const unsealed = parsed(row['unfinished']) as Unsealed | null;
  const marks = Object.fromEntries(parts.flatMap(({ part, mark }) => (mark === null ? [] : [[part, mark]])));
  return {
    epoch,
    cursors: (parsed(row['cursors']) as Cursors | null) ?? {},
    published: parsed(row['published']) as Published | null,
    unfinished: unsealed === null ? null : { run: unsealed.run, fingerprint: unsealed.fingerprint, plan: unsealed.plan, marks },
    shape: unsealed?.shape ?? null,
    parts,
  };
}

/** Moves the epoch on, from the one that the caller knows. Throws FENCED. */
export async function advanceEpoch(session: Session, load: LoadId, epoch: number): Promise<void> {
  if (epoch === 0)
    await session.run(`insert into ${stateTable} select $1, 0, '{}', null, null where not exists (from ${stateTable} where load = $1)`, [
      load,
    ]);
  const moved = await session.run(`update ${stateTable} set epoch = epoch + 1 where load = $1 and epoch = $2`, [load, epoch]);
  if (moved !== 1) throw fenced(load);
}

export const setCursors = (session: Session, load: LoadId, cursors: Cursors): Promise<number> =>
  session.run(`update ${stateTable} set cursors = $2 where load = $1`, [load, JSON.stringify(cursors)]);

export const setUnfinished = (session: Session, load: LoadId, unsealed: Unsealed | null): Promise<number> =>
  session.run(`update ${stateTable} set unfinished = $2 where load = $1`, [load, unsealed === null ? null : JSON.stringify(unsealed)]);

export async function setPublished(
  session: Session,
  load: LoadId,
  { published, cursors }: { published: Published; cursors: Cursors },
): Promise<void> {
  const [row] = await session.rows(`select cursors from ${stateTable} where load = $1`, [load]);
  const merged = { ...(parsed(row?.['cursors']) as Cursors | null), ...cursors };
  await session.run(`update ${stateTable} set published = $2, cursors = $3, unfinished = null where load = $1`, [
    load,
    JSON.stringify(published),
    JSON.stringify(merged),
  ]);
}

/** A row for each part, so that every save changes one that a later begin changes too: the slower of the two fails. */
export async function setParts(
  session: Session,
  load: LoadId,
  { epoch, parts }: { epoch: number; parts: readonly StagedPart[] },
): Promise<void> {
  await session.run(`delete from ${partTable} where load = $1`, [load]);
  for (const { part, staging, mark, rows } of parts)
    await session.run(`insert into ${partTable} values ($1, $2, $3, $4, $5, $6)`, [
      load,
      part,
      staging,
      epoch,
      mark === null ? null : JSON.stringify(mark),
      rows,
    ]);
}

/** Saves mark and rows of a part in the caller's transaction. Throws FENCED where the epoch moved on. */
export async function savePart(
  session: Session,
  load: LoadId,
  { epoch, part, mark, rows }: { epoch: number; part: string; mark: Mark; rows: number },
): Promise<void> {
  const saved = await session.run(`update ${partTable} set mark = $4, rows = $5 where load = $1 and part = $2 and epoch = $3`, [
    load,
    part,
    epoch,
    JSON.stringify(mark),
    rows,
  ]);
  if (saved !== 1) throw fenced(load);
}

/** Marks of an unfinished load go on with the epoch. */
export const moveParts = (session: Session, load: LoadId, epoch: number): Promise<number> =>
  session.run(`update ${partTable} set epoch = $2 where load = $1`, [load, epoch]);

export const dropParts = (session: Session, load: LoadId): Promise<number> =>
  session.run(`delete from ${partTable} where load = $1`, [load]);
