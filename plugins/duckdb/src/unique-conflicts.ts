import { quote, type Session } from '@etl/columnar';
import { EtlError } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { targetName, type TargetWorld } from './ready-target.js';
import { matchKeys } from './row-conditions.js';
import { count, stagedRows } from './staged-rows.js';
import { targetTable } from './target-table.js';

/** Finds before the publish what a UNIQUE or PRIMARY KEY of the table would refuse. Throws CONFLICT that names the columns. */
export async function refuseUniqueConflicts(
  session: Session,
  world: TargetWorld & Pick<LoadWorld, 'parts' | 'stagingSchema'>,
): Promise<void> {
  const { mode } = world.target;
  if (mode !== 'append' && mode !== 'replace' && mode !== 'replace-by') return;
  const table = await targetTable(session, world.name);
  if (table === null || table.uniques.length === 0) return;
  const names = new Set(world.shape.columns.map(({ name }) => name));
  const { all, winners } = await stagedRows(session, world, []);
  for (const unique of table.uniques.filter((columns) => columns.length > 0 && columns.every((name) => names.has(name)))) {
    const keys = unique.map(quote).join(', ');
    const filled = unique.map((name) => `${quote(name)} is not null`).join(' and ');
    const dedupes = mode === 'replace' && world.shape.key.length > 0 && world.shape.key.every((name) => unique.includes(name));
    const twice = dedupes
      ? 0
      : await count(session, `select count(*) as n from (select 1 from ${all} where ${filled} group by ${keys} having count(*) > 1)`);
    if (twice > 0) throw conflict(world, { unique, rows: twice, where: 'more than once in the load' });
    if (mode !== 'append') continue;
    const there = await count(
      session,
      `select count(*) as n from ${winners} as w where exists (select 1 from ${targetName(world)} as t where ${matchKeys(unique)})`,
    );
    if (there > 0) throw conflict(world, { unique, rows: there, where: `already in ${world.name.table}` });
  }
}

const conflict = (
  { name }: Pick<LoadWorld, 'name'>,
  { unique, rows, where }: { unique: readonly string[]; rows: number; where: string },
): EtlError =>
  new EtlError('CONFLICT', `${rows} values of ${unique.join(', ')}, which ${name.table} keeps unique, are ${where}`, {
    hint: 'Use mode merge or insert-new with this key, or dedupe before the load',
  });
