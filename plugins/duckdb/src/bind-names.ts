import { namesIn } from '@etl/sql/rules';
import { duckdbDialect } from './duckdb-dialect.js';

/**
 * Rewrites `:name` to `$name`, DuckDB's own notation, or to what `write` says, for the names that are given. By name and not by place, since the
 * text becomes a part of several statements. Answers the names that occur.
 */
export function bindNames(
  sql: string,
  names: ReadonlySet<string>,
  write: (name: string) => string = (name) => `$${name}`,
): { readonly sql: string; readonly used: readonly string[] } {
  const found = namesIn(sql, duckdbDialect.values).filter(({ name }) => names.has(name));
  const ends = [0, ...found.map(({ to }) => to)];
  const pieces = found.map(({ name, from }, at) => `${sql.slice(ends[at], from)}${write(name)}`);
  return { sql: `${pieces.join('')}${sql.slice(ends.at(-1))}`, used: [...new Set(found.map(({ name }) => name))] };
}
