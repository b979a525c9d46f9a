import type { Field } from '@etl/sdk';
import type { Dialect, DmlSyntax } from './dialect.js';
import type { LoadShape } from './load-shape.js';

/** What of a dialect tells which rows are the same, and alike. */
export interface MatchingDialect {
  readonly names: Dialect['names'];
  readonly dml: Pick<DmlSyntax, 'same' | 'differs'>;
}

/** What tells how rows of a load are matched with those of the table. */
export interface MatchedRows {
  readonly shape: Pick<LoadShape, 'columns' | 'key'>;
  readonly open: { readonly dialect: MatchingDialect };
}

const fieldOf = ({ shape }: Pick<MatchedRows, 'shape'>, name: string): Field =>
  shape.columns.find((field) => field.name === name) ?? { name, type: { kind: 'text' }, nullable: true };

/** A row `t` of the table and a row `w` of the load have the same key. */
export const matchKeys = (world: MatchedRows): string => {
  const { dml, names } = world.open.dialect;
  return world.shape.key.map((name) => dml.same(fieldOf(world, name), `t.${names.quote(name)}`, `w.${names.quote(name)}`)).join(' and ');
};

/** Conditions under which they differ in a value. */
export const differ = (world: MatchedRows, columns: readonly string[]): string[] => {
  const { dml, names } = world.open.dialect;
  return columns.map((name) => dml.differs(fieldOf(world, name), `t.${names.quote(name)}`, `w.${names.quote(name)}`));
};

/** Names of the columns beside the key. */
export const valueColumns = ({ shape }: Pick<MatchedRows, 'shape'>): string[] =>
  shape.columns.map(({ name }) => name).filter((name) => !shape.key.includes(name));
