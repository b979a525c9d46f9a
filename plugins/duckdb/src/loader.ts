import { columnType, quote, type Session } from '@etl/columnar';
import { EtlError, type Loader, type LoadTarget, type PartWriter } from '@etl/sdk';
import type { TableName } from './catalog.js';
import type { DatabaseHolder } from './database-holder.js';
import { DuckDbLoad } from './load.js';
import { fenced, mayBeFenced } from './load-error.js';
import type { LoadOptions } from './load-options.js';
import { loadShape, type LoadShape } from './load-shape.js';
import {
  advanceEpoch,
  createStateTables,
  lost,
  readState,
  setCursors,
  setParts,
  setUnfinished,
  type StagedPart,
  type StoredState,
} from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { ownColumns } from './own-columns.js';
import { createStaging, dropStaging, shapeDigest, stagingName } from './staging.js';
import { count, stagingTable } from './staged-rows.js';
import { isMadeAnew, targetTable } from './target-table.js';

/** Parts that are written side by side: more only wait for each other's disk. */
const writers = 4;

export function duckdbLoader(holder: DatabaseHolder, options: LoadOptions): Loader {
  if (holder.options.read_only)
    throw new EtlError('PERMISSION_DENIED', `The connection to ${holder.path} only reads`, {
      hint: 'Take read_only out of the connection to load into it',
    });
  return {
    traits: { visible: 'at-publish', resume: 'chunk', parts: writers },
    async state(id) {
      // A database that is not there has no state, and asking must not make it
      if (!(await holder.exists())) return { epoch: 0, cursors: {}, published: null, unfinished: null };
      const { epoch, cursors, published, unfinished } = await holder.with((session) => readState(session, id));
      return { epoch, cursors, published, unfinished };
    },
    setState: (id, epoch, cursors) =>
      holder.changing(async (session) => {
        await createStateTables(session);
        await advanceEpoch(session, id, epoch);
        await setCursors(session, id, cursors ?? {});
        await keepParts(session, id, epoch + 1);
        await holder.context.failpoint('duckdb.state-setting');
      }),
    begin: (target) => beginLoad({ holder, options, target }),
    close: async () => undefined,
  };
}

/** Marks of an unfinished load go on with the epoch. */
async function keepParts(session: Session, load: string, epoch: number): Promise<void> {
  await session.run(`update main._etl_part set epoch = $2 where load = $1`, [load, epoch]);
}

interface Begin {
  readonly holder: DatabaseHolder;
  readonly options: LoadOptions;
  readonly target: LoadTarget;
}

async function beginLoad({ holder, options, target }: Begin): Promise<DuckDbLoad> {
  const name: TableName = { schema: options.schema ?? holder.options.schema, table: options.table };
  const stagingSchema = options.staging?.schema ?? name.schema;
  const guard = guardOf(holder, target);
  const { shape, parts } = await guard(target.epoch, () =>
    holder.changing(async (session) => {
      for (const schema of new Set([name.schema, stagingSchema])) await session.run(`create schema if not exists ${quote(schema)}`);
      await createStateTables(session);
      const state = await readState(session, target.id);
      await advanceEpoch(session, target.id, target.epoch);
      const decided = await decideShape(session, { target, name, options });
      const staged = await readyStaging(session, { state, target, shape: decided, stagingSchema });
      await setParts(session, target.id, { epoch: target.epoch + 1, parts: staged });
      const { run, fingerprint, plan } = target;
      await setUnfinished(session, target.id, { run, fingerprint, plan, shape: shapeDigest(decided) });
      await holder.context.failpoint('duckdb.beginning');
      return { shape: decided, parts: staged };
    }),
  );
  await holder.context.failpoint('duckdb.begun');
  const open = new Set<PartWriter>();
  const world: LoadWorld = {
    target,
    name,
    options,
    epoch: target.epoch + 1,
    shape,
    stagingSchema,
    parts,
    temporary: holder.temporary,
    failpoint: (point) => holder.context.failpoint(point),
    guard: (work) => guard(target.epoch + 1, work),
    closed: (writer) => open.delete(writer),
  };
  return new DuckDbLoad(holder, world, open);
}

/** Any error may be how a run learns that a newer one took its load: the epoch, read again, tells. */
function guardOf(holder: DatabaseHolder, { id }: LoadTarget): <T>(epoch: number, work: () => Promise<T>) => Promise<T> {
  return async (epoch, work) => {
    try {
      return await work();
    } catch (error) {
      if (!mayBeFenced(error)) throw error;
      const now = await holder.with((session) => readState(session, id));
      if (now.epoch !== epoch) throw fenced(id, error);
      throw error;
    }
  };
}

async function decideShape(
  session: Session,
  { target, name, options }: { target: LoadTarget; name: TableName; options: LoadOptions },
): Promise<LoadShape> {
  const found = await targetTable(session, name);
  if (found?.isView === true)
    throw new EtlError('CONFIG_INVALID', `${name.schema}.${name.table} is a view`, {
      hint: 'Load into the table behind it, or give the load a table of its own',
    });
  const table = isMadeAnew(target, found) ? null : found;
  const shape = loadShape({ target, table, name, options, columnType });
  const own = ownColumns(target, options);
  const taken = own.find((field) => shape.columns.some((column) => column.name.toLowerCase() === field.name.toLowerCase()));
  if (taken !== undefined)
    throw new EtlError('SCHEMA_MISMATCH', `Column ${taken.name} of the load is one that mode ${target.mode} keeps itself`, {
      hint: 'Rename the column, or give the other one another name in the options of the load',
    });
  const absent = own.filter(
    (field) => table !== null && !table.fields.some((there) => there.name.toLowerCase() === field.name.toLowerCase()),
  );
  if (absent.length > 0 && target.policy !== 'evolve')
    throw new EtlError(
      'SCHEMA_MISMATCH',
      `${name.table} lacks ${absent.map((field) => field.name).join(', ')}, and schema: ${target.policy} adds none`,
      {
        hint: 'Add them to the table, or use schema: evolve',
      },
    );
  return shape;
}

interface Staging {
  readonly state: StoredState;
  readonly target: LoadTarget;
  readonly shape: LoadShape;
  readonly stagingSchema: string;
}

/** Continues the staging of the same run and fingerprint where it is whole, else makes it anew. */
async function readyStaging(session: Session, { state, target, shape, stagingSchema }: Staging): Promise<readonly StagedPart[]> {
  const { unfinished } = state;
  const isSame = unfinished !== null && unfinished.run === target.run && unfinished.fingerprint === target.fingerprint;
  if (isSame) {
    await assertWhole(session, { state, target, shape, stagingSchema });
    return partNames(target).flatMap((part) => state.parts.find((one) => one.part === part) ?? []);
  }
  await dropStaging(session, stagingSchema, state.parts);
  const parts = partNames(target).map((part, at): StagedPart => ({ part, staging: stagingName(target.id, at), mark: null, rows: 0 }));
  await dropStaging(session, stagingSchema, parts);
  await createStaging(session, { schema: stagingSchema, parts, shape });
  return parts;
}

/** A load without parts still has a staging table, so that each mode finds one. */
const partNames = ({ parts }: LoadTarget): readonly string[] => (parts.length === 0 ? [''] : parts);

async function assertWhole(session: Session, { state, target, shape, stagingSchema }: Staging): Promise<void> {
  if (state.shape !== shapeDigest(shape)) throw lost(target.id, 'the table was changed meanwhile');
  for (const part of partNames(target)) {
    const saved = state.parts.find((one) => one.part === part);
    if (saved === undefined) throw lost(target.id, `part ${part} was not begun`);
    const found = await count(session, `select count(*) as n from ${stagingTable({ stagingSchema }, saved.staging)}`).catch(
      (cause: unknown) => {
        throw lost(target.id, `the rows of part ${part} are gone (${String(cause)})`);
      },
    );
    if (found !== saved.rows) throw lost(target.id, `part ${part} holds ${found} rows where ${saved.rows} were saved`);
  }
}
