import { EtlError, type LoadId, type LoadTarget, type Mode } from '@etl/sdk';
import { createHash } from 'node:crypto';
import type { StagingPlan } from './dialect.js';
import { raw } from './fragment.js';
import { lost } from './load-error.js';
import { columnPlan, type LoadShape } from './load-shape.js';
import type { StagedPart, StoredState } from './load-state.js';
import type { OpenDatabase } from './open-database.js';
import { ownPrefix, type SqlSession } from './sql-client.js';
import type { TableName } from './table-name.js';

/** Name of the staging table of a load: short, and the same in each process. */
export const stagingName = (schema: string, load: LoadId): TableName => ({
  schema,
  table: `${ownPrefix}stage_${digest(load).slice(0, 16)}`,
});

/** Names of the tables with the rows of a load that are only compared: all of them, and the last of each key. */
export const comparedName = (schema: string, load: LoadId, what: 'all' | 'last'): TableName => ({
  schema,
  table: `${ownPrefix}plan_${digest(load).slice(0, 16)}_${what}`,
});

/** The name that a replaced table has until it is dropped, where renames are no part of a transaction. */
export const oldName = (schema: string, load: LoadId): TableName => ({ schema, table: `${ownPrefix}old_${digest(load).slice(0, 16)}` });

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The column of a staging table that tells the order of its rows. */
export const ordinalColumn = `${ownPrefix}row`;
/** Parts are further apart than any of them has rows. */
const partStride = 2n ** 44n;

/** The number of a row of a part in source order. */
export const ordinalOf = (part: number, row: number): bigint => BigInt(part) * partStride + BigInt(row);

/** Rows are told apart by number only where several of them may have one key. */
export const needsOrdinal = ({ mode }: { readonly mode: Mode }, { key }: Pick<LoadShape, 'key'>): boolean =>
  key.length > 0 && mode !== 'append' && mode !== 'replace-by';

export const stagingPlan = (target: Pick<LoadTarget, 'mode'>, shape: LoadShape): StagingPlan => ({
  columns: shape.columns.map(columnPlan),
  key: [],
  keyed: target.mode === 'append' ? [] : shape.key,
  checks: shape.checks,
  ordinal: needsOrdinal(target, shape) ? ordinalColumn : null,
  lookUp: target.mode === 'append' || target.mode === 'replace' ? [] : shape.key,
});

/** Tells whether staging of an earlier process still fits. */
export function shapeDigest(open: OpenDatabase, target: Pick<LoadTarget, 'mode'>, shape: LoadShape): string {
  const plan = stagingPlan(target, shape);
  const columns = plan.columns.map(({ field, nullable }) => [field.name, open.dialect.types.column(field), nullable]);
  return createHash('sha256')
    .update(JSON.stringify([columns, plan.checks, plan.ordinal, shape.taken, shape.key]))
    .digest('base64url');
}

interface Staging {
  readonly state: StoredState;
  readonly target: LoadTarget;
  readonly shape: LoadShape;
  readonly staging: TableName;
}

/** Whether the staging is that of the same run of the same job. */
export const isSameRun = ({ unfinished }: StoredState, { run, fingerprint }: Pick<LoadTarget, 'run' | 'fingerprint'>): boolean =>
  unfinished !== null && unfinished.run === run && unfinished.fingerprint === fingerprint;

/** Continues the staging of the same run and fingerprint where it is whole, else makes it anew. Answers its parts in source order. */
export async function readyStaging(open: OpenDatabase, session: SqlSession, request: Staging): Promise<readonly StagedPart[]> {
  const { state, target, shape, staging } = request;
  if (isSameRun(state, target)) {
    await assertWhole(open, session, request);
    return target.parts.flatMap((part) => state.parts.find((one) => one.part === part) ?? []);
  }
  const { createStaging } = open.dialect.ddl;
  for (const name of [state.unsealed?.staging ?? staging, staging]) await dropStaging(open, session, name);
  await open.define(session, createStaging(staging, stagingPlan(target, shape)));
  return target.parts.map((part) => ({ part, mark: null, rows: 0, next: 0 }));
}

async function assertWhole(open: OpenDatabase, session: SqlSession, { state, target, shape, staging }: Staging): Promise<void> {
  const { unsealed } = state;
  if (unsealed === null) throw new EtlError('INTERNAL', `Load ${target.id} is unfinished without a staging table`);
  if (unsealed.shape !== shapeDigest(open, target, shape)) throw lost(target.id, 'the table was changed meanwhile');
  for (const part of target.parts) if (!state.parts.some((one) => one.part === part)) throw lost(target.id, `part ${part} was not begun`);
  await assertStaged(open, session, { id: target.id, staging, parts: state.parts });
}

/** Compares the rows of the staging table with those that were saved; answers them. Throws STAGING_LOST. */
export async function assertStaged(
  open: OpenDatabase,
  session: SqlSession,
  { id, staging, parts }: { readonly id: LoadId; readonly staging: TableName; readonly parts: readonly StagedPart[] },
): Promise<number> {
  if ((await open.database.introspection.table(session, staging)) === null) throw lost(id, 'its staging table is gone');
  const found = await open.count(session, raw(`select count(*) from ${open.quote(staging)}`));
  const saved = parts.reduce((sum, { rows }) => sum + rows, 0);
  if (found !== saved) throw lost(id, `its staging table holds ${found} rows where ${saved} were saved`);
  return found;
}

export async function dropStaging(open: OpenDatabase, session: SqlSession, staging: TableName): Promise<void> {
  if ((await open.database.introspection.table(session, staging)) !== null) await open.define(session, open.dialect.ddl.dropTable(staging));
}

/** How many keys the rows of a table have. */
export const countKeys = (
  open: OpenDatabase,
  session: SqlSession,
  { table, key }: { readonly table: TableName; readonly key: readonly string[] },
): Promise<number> =>
  open.count(session, raw(`select count(*) from (select count(*) n from ${open.quote(table)} group by ${open.columns(key)}) k`));
