import { bound, sql } from './fragment.js';
import { timeField } from './own-columns.js';
import { targetName } from './prepare-target.js';
import { publishTime, rowsForTable, type Counts, type Publishing } from './publishing.js';
import { differ, matchKeys, valueColumns } from './row-conditions.js';
import { refuseEmpty, refuseRepeatedKeys } from './table-conflicts.js';

/** Ends the version of each row that changed and begins a new one, at the time of the publish (SCD 2). */
export async function publishHistory(publishing: Publishing): Promise<Counts> {
  const { session, world, rows, winners, missing } = publishing;
  const { open, options, shape, staging } = world;
  const { names, values } = open.dialect;
  const { valid_from, valid_to, is_current } = options.history;
  const [from, to, current] = [valid_from, valid_to, is_current].map((name) => names.quote(names.spell(name)));
  const table = targetName(world);
  const loaded = open.quote(staging);
  const same = matchKeys(world);
  const isCurrent = values.isTrue(`t.${current ?? ''}`);
  refuseEmpty({ ...world, missing, rows });
  await refuseRepeatedKeys(rowsForTable(publishing), isCurrent);
  const now = bound(timeField(valid_to), await publishTime(session, world));
  const end = sql`update ${table} t set ${to ?? ''} = ${now}, ${current ?? ''} = ${values.boolean(false)} where ${isCurrent}`;
  const differences = differ(world, valueColumns(world));
  const updated =
    differences.length === 0
      ? 0
      : await open.run(session, sql`${end} and exists (select 1 from ${loaded} w where ${same} and (${differences.join(' or ')}))`);
  const deleted = missing === 'keep' ? 0 : await open.run(session, sql`${end} and not exists (select 1 from ${loaded} w where ${same})`);
  const columns = shape.columns.map(({ name }) => name);
  const begun = await open.run(
    session,
    sql`insert into ${table} (${open.columns(columns)}, ${from ?? ''}, ${to ?? ''}, ${current ?? ''}) select ${open.columns(columns, 'w')}, ${now}, null, ${values.boolean(true)} from ${loaded} w where not exists (select 1 from ${table} t where ${same} and ${isCurrent})`,
  );
  const inserted = begun - updated;
  return { inserted, updated, unchanged: winners - begun, deleted };
}
