import { quote, type Session } from '@etl/columnar';
import type { Loader, LoadTarget, PartWriter } from '@etl/sdk';
import { compareLoad } from './compare-load.js';
import type { DatabaseHolder } from './database-holder.js';
import { DuckDbLoad } from './load.js';
import { guardOf } from './fence-guard.js';
import { type LoadShape, lost, type SqlLoadOptions } from '@etl/sql/rules';
import { decideShape } from './judge-load.js';
import { advanceEpoch, createStateTables, readState, setParts, setUnfinished, type StagedPart, type StoredState } from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { loaderState, refuseReadOnly } from './loader-state.js';
import { loadNames, planLoad } from './plan-load.js';
import { createStaging, dropStaging, shapeDigest, stagingName } from './staging.js';
import { count, stagingTable } from './staged-rows.js';

/** Parts that are written side by side: more only wait for each other's disk. */
const writers = 4;

export function duckdbLoader(holder: DatabaseHolder, options: SqlLoadOptions): Loader {
  refuseReadOnly(holder);
  return {
    traits: { visible: 'at-publish', resume: 'chunk', parts: writers },
    ...loaderState(holder),
    begin: (target) => beginLoad({ holder, options, target }),
    plan: (target) => planLoad({ holder, options, target }),
    compare: (target) => compareLoad({ holder, options, target }),
    close: async () => undefined,
  };
}

interface Begin {
  readonly holder: DatabaseHolder;
  readonly options: SqlLoadOptions;
  readonly target: LoadTarget;
}

async function beginLoad({ holder, options, target }: Begin): Promise<DuckDbLoad> {
  const { name, stagingSchema } = loadNames(holder, options);
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
    const found = await count(session, `select count(*) from ${stagingTable({ stagingSchema }, saved.staging)}`).catch((cause: unknown) => {
      throw lost(target.id, `the rows of part ${part} are gone (${String(cause)})`);
    });
    if (found !== saved.rows) throw lost(target.id, `part ${part} holds ${found} rows where ${saved.rows} were saved`);
  }
}
