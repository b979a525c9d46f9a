import { quote } from '@etl/columnar';
import type { LoadCounts } from '@etl/sdk';
import { emptyLoad, refuseRepeatedKeys, type Publishing } from './publishing.js';
import { targetName } from './ready-target.js';
import { count } from './staged-rows.js';
import { differ, matchKeys } from './row-conditions.js';

const changed = '_etl_changed';

/** Ends the version of each row that changed and begins a new one, at the time of the publish (SCD 2). */
export async function publishHistory(publishing: Publishing): Promise<Partial<LoadCounts>> {
  const { session, world, staged } = publishing;
  const { shape, options } = world;
  const [from, to, current] = [options.history.valid_from, options.history.valid_to, options.history.is_current].map(quote);
  const table = targetName(world);
  const values = shape.columns.map(({ name }) => name).filter((name) => !shape.key.includes(name));
  const same = matchKeys(shape.key);
  if (options.missing !== 'keep' && staged.rows === 0 && !options.allow_empty) throw emptyLoad(world);
  await refuseRepeatedKeys(publishing, `t.${current}`);
  const differences = differ(values);
  const columns = staged.columns;
  const isChanged = differences.length === 0 ? 'false' : `(${differences.join(' or ')})`;
  await session.run(
    `create or replace temp table ${changed} as select w.* from ${staged.winners} as w join ${table} as t on ${same} and t.${current} where ${isChanged}`,
  );
  const updated = await count(session, `select count(*) as n from temp.${changed}`);
  const end = `update ${table} as t set ${to} = now(), ${current} = false where t.${current}`;
  const begin = `insert into ${table} (${columns}, ${from}, ${to}, ${current}) select ${columns}, now(), null, true from`;
  const deleted =
    options.missing === 'keep' ? 0 : await session.run(`${end} and not exists (select 1 from ${staged.winners} as w where ${same})`);
  if (updated > 0) await session.run(`${end} and exists (select 1 from ${changed} as w where ${same})`);
  const inserted = await session.run(
    `${begin} ${staged.winners} as w where not exists (select 1 from ${table} as t where ${same} and t.${current}) and not exists (select 1 from ${changed} as t where ${same})`,
  );
  if (updated > 0) await session.run(`${begin} ${changed}`);
  await session.run(`drop table temp.${changed}`);
  return { inserted, updated, unchanged: staged.winnerRows - inserted - updated, deleted };
}
