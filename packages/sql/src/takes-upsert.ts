import type { LoadWorld } from './load-world.js';
import { ownColumns } from './own-columns.js';
import type { TableFacts } from './table-facts.js';

/**
 * Whether a merge into the table may be one upsert: the key is all that keeps its rows apart, so that no other row is taken for that of the load, and a row
 * that is there already would not be refused for columns that the load does not bring.
 */
export function takesUpsert(
  { shape, target, options, open }: Pick<LoadWorld, 'shape' | 'target' | 'options' | 'open'>,
  table: TableFacts | null,
): boolean {
  if (table === null) return false;
  const [unique = [], ...others] = table.uniques;
  if (!table.takesUpserts || others.length > 0) return false;
  if (unique.length !== shape.key.length || !unique.every((column) => shape.key.includes(column))) return false;
  const { spell } = open.dialect.names;
  const written = new Set([...shape.columns.map(({ name }) => name), ...ownColumns(target, options).map(({ name }) => spell(name))]);
  return table.fields.every(({ name }) => written.has(name)) || (table.checks.length === 0 && table.generated.size === 0);
}
