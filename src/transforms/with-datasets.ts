import { quote } from '@etl/columnar';
import type { Schema } from '@etl/sdk';
import { sqlTokens } from './sql-tokens.js';

/**
 * The query with its datasets as further WITH names before its own; `relation` gives what a dataset is read from. The text begins on the second
 * line, with every character in its column. Not as a subquery, which would rename columns of the same name silently.
 */
export function withDatasets(sql: string, inputs: ReadonlyMap<string, Schema>, relation: (dataset: string) => string): string {
  const views = [...inputs].map(([name, { fields }]) => {
    const columns = fields.map((field) => quote(field.name)).join(', ');
    return `${quote(name)} as not materialized (select ${columns === '' ? 'null as "_etl_"' : columns} from ${relation(name)})`;
  });
  const text = trimmed(sql);
  if (views.length === 0) return `\n${text}`;
  const [first, second] = sqlTokens(text).filter(({ kind }) => kind !== 'space');
  if (first?.text.toLowerCase() !== 'with') return `with ${views.join(', ')}\n${text}`;
  const isRecursive = second?.text.toLowerCase() === 'recursive';
  const end = isRecursive ? second.at + second.text.length : first.at + first.text.length;
  return `with ${isRecursive ? 'recursive ' : ''}${views.join(', ')},\n${text.slice(0, end).replaceAll(/\S/g, ' ')}${text.slice(end)}`;
}

/** A statement may end in a semicolon and a comment. */
function trimmed(sql: string): string {
  const last = sqlTokens(sql).findLast(({ kind, text }) => kind !== 'space' && text !== ';');
  return last === undefined ? sql : sql.slice(0, last.at + last.text.length);
}
