import { columnType, quote, type Session } from '@etl/columnar';
import { EtlError, type Field } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { ownColumns } from './own-columns.js';
import type { TargetTable } from './target-table.js';

export const targetName = ({ name }: Pick<LoadWorld, 'name'>): string => `${quote(name.schema)}.${quote(name.table)}`;

const declaration = (field: Field): string => `${quote(field.name)} ${columnType(field)}`;

/** Makes the table with a primary key where rows are told apart by one. */
export async function createTarget(session: Session, world: LoadWorld): Promise<void> {
  const { target, shape, options } = world;
  const columns = [...shape.columns, ...ownColumns(target, options)].map(declaration);
  const unique = target.mode === 'merge' || target.mode === 'insert-new';
  const key = unique ? [`primary key (${shape.key.map(quote).join(', ')})`] : [];
  await session.run(`create table ${targetName(world)} (${[...columns, ...key].join(', ')})`);
}

/** Adds and widens columns as the shape says, less what another load has done since. */
export async function changeTarget(session: Session, world: LoadWorld, table: TargetTable): Promise<void> {
  const { target, shape, options } = world;
  const there = new Map(table.fields.map((field) => [field.name.toLowerCase(), field]));
  const added = [...shape.changes.flatMap((change) => ('add' in change ? [change.add] : [])), ...ownColumns(target, options)];
  for (const field of added) {
    if (there.has(field.name.toLowerCase())) continue;
    await session.run(`alter table ${targetName(world)} add column ${declaration(field)}`);
  }
  for (const change of shape.changes) {
    if (!('widen' in change)) continue;
    const found = there.get(change.widen.name.toLowerCase());
    if (found !== undefined && columnType(found) === columnType(change.widen)) continue;
    await widen(session, world, change.widen);
  }
}

async function widen(session: Session, world: LoadWorld, field: Field): Promise<void> {
  try {
    await session.run(`alter table ${targetName(world)} alter column ${quote(field.name)} set data type ${columnType(field)}`);
  } catch (cause) {
    throw new EtlError('SCHEMA_MISMATCH', `Column ${field.name} of ${world.name.table} cannot become ${columnType(field)}`, {
      hint: 'An index or key depends on it: drop that first, or add a cast before the load',
      cause,
    });
  }
}
