import type { Session } from '@etl/columnar';
import type { LoadPlan, PlanTarget } from '@etl/sdk';
import { plannedColumns, type SqlLoadOptions, type TableName } from '@etl/sql/rules';
import type { DatabaseHolder } from './database-holder.js';
import { duckdbDialect } from './duckdb-dialect.js';
import { judgeLoad } from './judge-load.js';
import { plannedStatements } from './planned-statements.js';
import { targetName } from './ready-target.js';
import { count } from './staged-rows.js';

export interface PlannedLoad {
  readonly holder: DatabaseHolder;
  readonly options: SqlLoadOptions;
  readonly target: PlanTarget;
}

/** Table and staging schema of a load. */
export function loadNames(holder: DatabaseHolder, options: SqlLoadOptions): { readonly name: TableName; readonly stagingSchema: string } {
  const name: TableName = { schema: options.schema ?? holder.options.schema, table: options.table };
  return { name, stagingSchema: options.staging?.schema ?? name.schema };
}

/** What the load would change, and all that keeps it from fitting. Never makes a database. */
export async function planLoad({ holder, options, target }: PlannedLoad): Promise<LoadPlan> {
  const { name, stagingSchema } = loadNames(holder, options);
  const plan = async (session: Session | null): Promise<LoadPlan> => {
    const judged = await judgeLoad(session, { target, name, options });
    const world = { target, name, options, shape: judged.shape, stagingSchema };
    return {
      target: `${name.schema}.${name.table}`,
      rows: session === null || judged.found === null ? null : await count(session, `select count(*) from ${targetName({ name })}`),
      columns: plannedColumns(judged, { open: { dialect: duckdbDialect }, options, target, found: judged.found }),
      statements: plannedStatements(world, judged.found),
      problems: judged.problems,
    };
  };
  return (await holder.exists()) ? holder.with(plan) : plan(null);
}
