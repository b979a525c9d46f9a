import { columnType, quote, type Session } from '@etl/columnar';
import { EtlError, type Field, type PlanTarget } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { ownColumns, type TableFacts } from '@etl/sql/rules';

export const targetName = ({ name }: Pick<LoadWorld, 'name'>): string => `${quote(name.schema)}.${quote(name.table)}`;

const declaration = (field: Field): string => `${quote(field.name)} ${columnType(field)}`;

/** What SQL for a target is made of: an open load has it, and one that is only planned. */
export type TargetWorld = Pick<LoadWorld, 'name' | 'options' | 'shape'> & { readonly target: PlanTarget };

/** Makes the table with a primary key where rows are told apart by one. */
export function createStatement(world: TargetWorld): string {
  const { target, shape, options } = world;
  const columns = [...shape.columns, ...ownColumns(target, options)].map(declaration);
  const unique = target.mode === 'merge' || target.mode === 'insert-new';
  const key = unique ? [`primary key (${shape.key.map(quote).join(', ')})`] : [];
  return `create table ${targetName(world)} (${[...columns, ...key].join(', ')})`;
}

export const createTarget = (session: Session, world: TargetWorld): Promise<number> => session.run(createStatement(world));

/** A statement that changes a column, and the column where it becomes wider. */
export interface ChangeStatement {
  readonly sql: string;
  readonly widens: Field | null;
}

/** Adds and widens columns as the shape says, less what another load has done since. */
export function changeStatements(world: TargetWorld, table: TableFacts): ChangeStatement[] {
  const { target, shape, options } = world;
  const there = new Map(table.fields.map((field) => [field.name.toLowerCase(), field]));
  const added = [...shape.changes.flatMap((change) => ('add' in change ? [change.add] : [])), ...ownColumns(target, options)];
  const statements = added
    .filter((field) => !there.has(field.name.toLowerCase()))
    .map((field): ChangeStatement => ({ sql: `alter table ${targetName(world)} add column ${declaration(field)}`, widens: null }));
  const widened = shape.changes.flatMap((change) => {
    if (!('widen' in change)) return [];
    const found = there.get(change.widen.name.toLowerCase());
    if (found !== undefined && columnType(found) === columnType(change.widen)) return [];
    const { name } = change.widen;
    return {
      sql: `alter table ${targetName(world)} alter column ${quote(name)} set data type ${columnType(change.widen)}`,
      widens: change.widen,
    };
  });
  return [...statements, ...widened];
}

export async function changeTarget(session: Session, world: TargetWorld, table: TableFacts): Promise<void> {
  for (const { sql, widens } of changeStatements(world, table)) {
    if (widens === null) await session.run(sql);
    else await widen(session, world, { sql, field: widens });
  }
}

async function widen(session: Session, world: TargetWorld, { sql, field }: { sql: string; field: Field }): Promise<void> {
  try {
    await session.run(sql);
  } catch (cause) {
    throw new EtlError('SCHEMA_MISMATCH', `Column ${field.name} of ${world.name.table} cannot become ${columnType(field)}`, {
      hint: 'An index or key depends on it: drop that first, or add a cast before the load',
      cause,
    });
  }
}
