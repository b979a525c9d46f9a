import { columnType, type Session } from '@etl/columnar';
import type { Field, LoadPlan, PlannedColumn, PlanTarget } from '@etl/sdk';
import { ownColumns, type SqlLoadOptions, type TableName } from '@etl/sql/rules';
import type { DatabaseHolder } from './database-holder.js';
import { judgeLoad, type JudgedLoad } from './judge-load.js';
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
      columns: plannedColumns(judged, { options, target }),
      statements: plannedStatements(world, judged.found),
      problems: judged.problems,
    };
  };
  return (await holder.exists()) ? holder.with(plan) : plan(null);
}

function plannedColumns(
  { shape, ignored, found }: JudgedLoad,
  { target, options }: Pick<PlannedLoad, 'target' | 'options'>,
): PlannedColumn[] {
  const own = ownColumns(target, options);
  const there = new Map((found?.fields ?? []).map((field) => [field.name.toLowerCase(), field]));
  const written = [...shape.columns, ...own].map((field): PlannedColumn =>
    plannedColumn(field, there.get(field.name.toLowerCase()), found === null),
  );
  const names = new Set(written.map(({ name }) => name.toLowerCase()));
  const others = [...there.values()].filter(({ name }) => !names.has(name.toLowerCase()));
  return [
    ...written,
    ...ignored.map((field): PlannedColumn => ({ name: field.name, type: columnType(field), change: 'ignore' })),
    ...others.map((field): PlannedColumn => ({ name: field.name, type: columnType(field), change: 'keep' })),
  ];
}

function plannedColumn(field: Field, there: Field | undefined, isNew: boolean): PlannedColumn {
  const { name } = field;
  const type = columnType(field);
  if (there === undefined) return { name, type, change: isNew ? 'create' : 'add' };
  const before = columnType(there);
  return before === type ? { name, type, change: 'keep' } : { name, type, change: 'widen', before };
}
