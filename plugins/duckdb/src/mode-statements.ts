import { quote } from '@etl/columnar';
import { valueColumns, type SqlLoadOptions } from '@etl/sql/rules';
import { targetName, type TargetWorld } from './ready-target.js';
import { differ, matchKeys } from './row-conditions.js';
import type { StagedRows } from './staged-rows.js';

/** Relations of the staged rows, and their columns. */
export type StagedSql = Pick<StagedRows, 'columns' | 'all' | 'winners'>;

/** What is done about rows that the load does not bring. */
export type Missing = SqlLoadOptions['missing'];

export const insertAll = (world: TargetWorld, { columns, winners }: StagedSql): string =>
  `insert into ${targetName(world)} (${columns}) select ${columns} from ${winners}`;

export const insertAbsent = (world: TargetWorld, { columns, winners }: StagedSql): string =>
  `insert into ${targetName(world)} (${columns}) select ${columns} from ${winners} as w where not exists (select 1 from ${targetName(world)} as t where ${matchKeys(world)})`;

export const deleteAll = (world: TargetWorld): string => `delete from ${targetName(world)}`;

export const deleteChildren = (world: TargetWorld, { all }: StagedSql): string =>
  `delete from ${targetName(world)} as t where exists (select 1 from ${all} as w where ${matchKeys(world)})`;

/** Changes the rows that differ; null: there is nothing that could. A row that comes back is no longer marked. */
export function updateChanged(world: TargetWorld, { winners }: StagedSql): string | null {
  const { options } = world;
  const mark = options.missing === 'mark' ? [quote(options.marked)] : [];
  const values = valueColumns(world);
  const changes = [...values.map((name) => `${quote(name)} = w.${quote(name)}`), ...mark.map((name) => `${name} = null`)];
  const differences = [...differ(world, values), ...mark.map((name) => `t.${name} is not null`)];
  if (changes.length === 0) return null;
  return `update ${targetName(world)} as t set ${changes.join(', ')} from ${winners} as w where ${matchKeys(world)} and (${differences.join(' or ')})`;
}

/** Deletes or marks the rows that left the source; null: they are kept. */
export function settleMissing(world: TargetWorld, { winners }: StagedSql, missing: Missing): string | null {
  if (missing === 'keep') return null;
  const absent = `not exists (select 1 from ${winners} as w where ${matchKeys(world)})`;
  if (missing === 'delete') return `delete from ${targetName(world)} as t where ${absent}`;
  const marked = quote(world.options.marked);
  return `update ${targetName(world)} as t set ${marked} = now() where ${marked} is null and ${absent}`;
}

/** Temporary table of the new versions of rows that changed. */
export const changedTable = '_etl_changed';

export interface HistoryStatements {
  readonly findChanged: string;
  /** Null: rows that left the source stay current. */
  readonly endMissing: string | null;
  readonly endChanged: string;
  readonly beginNew: string;
  readonly beginChanged: string;
}

/** Ends the version of each row that changed and begins a new one, at the time of the publish (SCD 2). */
export function historyStatements(world: TargetWorld, { columns, winners }: StagedSql, missing: Missing): HistoryStatements {
  const { history } = world.options;
  const [from, to, current] = [history.valid_from, history.valid_to, history.is_current].map(quote);
  const table = targetName(world);
  const match = matchKeys(world);
  const differences = differ(world, valueColumns(world));
  const isChanged = differences.length === 0 ? 'false' : `(${differences.join(' or ')})`;
  const end = `update ${table} as t set ${to} = now(), ${current} = false where t.${current}`;
  const begin = `insert into ${table} (${columns}, ${from}, ${to}, ${current}) select ${columns}, now(), null, true from`;
  return {
    findChanged: `create or replace temp table ${changedTable} as select w.* from ${winners} as w join ${table} as t on ${match} and t.${current} where ${isChanged}`,
    endMissing: missing === 'keep' ? null : `${end} and not exists (select 1 from ${winners} as w where ${match})`,
    endChanged: `${end} and exists (select 1 from ${changedTable} as w where ${match})`,
    beginNew: `${begin} ${winners} as w where not exists (select 1 from ${table} as t where ${match} and t.${current}) and not exists (select 1 from ${changedTable} as t where ${match})`,
    beginChanged: `${begin} ${changedTable}`,
  };
}
