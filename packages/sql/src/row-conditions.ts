import type { Field } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';

const fieldOf = ({ shape }: Pick<LoadWorld, 'shape'>, name: string): Field =>
  shape.columns.find((field) => field.name === name) ?? { name, type: { kind: 'text' }, nullable: true };

/** A row `t` of the table and a row `w` of the load have the same key. */
export const matchKeys = (world: Pick<LoadWorld, 'shape' | 'open'>): string => {
  const { dml, names } = world.open.dialect;
  return world.shape.key.map((name) => dml.same(fieldOf(world, name), `t.${names.quote(name)}`, `w.${names.quote(name)}`)).join(' and ');
};

/** Conditions under which they differ in a value. */
export const differ = (world: Pick<LoadWorld, 'shape' | 'open'>, columns: readonly string[]): string[] => {
  const { dml, names } = world.open.dialect;
  return columns.map((name) => dml.differs(fieldOf(world, name), `t.${names.quote(name)}`, `w.${names.quote(name)}`));
};

/** Names of the columns beside the key. */
export const valueColumns = ({ shape }: Pick<LoadWorld, 'shape'>): string[] =>
  shape.columns.map(({ name }) => name).filter((name) => !shape.key.includes(name));
