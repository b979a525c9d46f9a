import { EtlError } from '@etl/sdk';
import { raw } from './fragment.js';
import type { LoadWorld } from './load-world.js';
import { targetName } from './prepare-target.js';
import type { SqlSession } from './sql-client.js';

/** Finds before the publish what a UNIQUE or PRIMARY KEY of the table would refuse. Throws CONFLICT that names the columns. */
export async function refuseUniqueConflicts(
  session: SqlSession,
  world: Pick<LoadWorld, 'open' | 'target' | 'shape' | 'name' | 'staging'>,
): Promise<void> {
  const { open, target, shape, name, staging } = world;
  const { mode } = target;
  if (mode !== 'append' && mode !== 'replace') return;
  const table = await open.database.introspection.table(session, name);
  if (table === null || table.uniques.length === 0) return;
  const { names, dml } = open.dialect;
  const rows = open.quote(staging);
  const written = new Map(shape.columns.map((field) => [field.name, field]));
  for (const unique of table.uniques) {
    const fields = unique.flatMap((column) => written.get(column) ?? []);
    if (unique.length === 0 || fields.length < unique.length) continue;
    const filled = unique.map((column) => `w.${names.quote(column)} is not null`).join(' and ');
    const dedupes = mode === 'replace' && shape.key.length > 0 && shape.key.every((column) => unique.includes(column));
    const doubled = `select count(*) n from ${rows} w where ${filled} group by ${open.columns(unique, 'w')} having count(*) > 1`;
    const twice = dedupes ? 0 : await open.count(session, raw(`select count(*) from (${doubled}) k`));
    if (twice > 0) throw conflict(name.table, { unique, rows: twice, where: 'more than once in the load' });
    if (mode === 'replace') continue;
    const same = fields.map((field) => dml.same(field, `t.${names.quote(field.name)}`, `w.${names.quote(field.name)}`)).join(' and ');
    const there = await open.count(
      session,
      raw(`select count(*) from ${rows} w where exists (select 1 from ${targetName(world)} t where ${same})`),
    );
    if (there > 0) throw conflict(name.table, { unique, rows: there, where: `already in ${name.table}` });
  }
}

const conflict = (table: string, { unique, rows, where }: { unique: readonly string[]; rows: number; where: string }): EtlError =>
  new EtlError('CONFLICT', `${rows} values of ${unique.join(', ')}, which ${table} keeps unique, are ${where}`, {
    hint: 'Use mode merge or insert-new with this key, or dedupe before the load',
  });
