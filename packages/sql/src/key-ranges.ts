import type { Field, ReadRequest } from '@etl/sdk';
import { heldOnly } from './cursor-range.js';
import { sql, whereAll, type Fragment } from './fragment.js';
import type { OpenDatabase } from './open-database.js';
import type { ReadRange } from './read-range.js';
import type { SourceRelation } from './source-relation.js';
import type { SqlSession } from './sql-client.js';

type Keys = ReadRange['keys'];

/** A part smaller than this is not worth a session of its own. */
const smallestPart = 50_000;

export interface Splitting {
  readonly relation: SourceRelation;
  readonly request: ReadRequest;
  readonly where: readonly Fragment[];
}

/** Ranges of the first column of the primary key, in its order, that together hold every row; one open range where a table is small or has no such key. */
export async function keyRanges(open: OpenDatabase, session: SqlSession, splitting: Splitting): Promise<readonly Keys[]> {
  const { relation, request } = splitting;
  const { table } = relation;
  const [first] = table?.key ?? [];
  const field = relation.schema.fields.find(({ name }) => name === first);
  if (table === null || field === undefined || request.limit !== undefined || request.parents !== undefined || request.parts < 2)
    return [null];
  const rows = table.estimate ?? (await open.count(session, sql`select count(*) from ${relation.from}${whereAll(splitting.where)}`));
  const count = Math.min(Math.floor(request.parts), Math.floor(rows / smallestPart));
  if (count < 2) return [null];
  const { quantiles } = open.database.introspection;
  const bounds =
    (await quantiles?.(session, table.name, field, count)) ?? (await evenBounds(open, session, { ...splitting, field, count }));
  if (bounds.length === 0) return [null];
  return [null, ...bounds].map((from, at) => ({ field: field.name, from, to: bounds[at] ?? null }));
}

/** Integers from the least to the greatest, cut evenly: skewed keys give uneven parts, never wrong ones. */
async function evenBounds(
  open: OpenDatabase,
  session: SqlSession,
  { relation, where, field, count }: Splitting & { readonly field: Field; readonly count: number },
): Promise<readonly string[]> {
  const { type } = field;
  if (type.kind !== 'integer' && !(type.kind === 'decimal' && type.scale === 0)) return [];
  const column = heldOnly(open, field, open.dialect.names.quote(field.name));
  const { canonical } = open.dialect.values;
  const [row] = await open.cells(
    session,
    [field, field],
    sql`select ${canonical(field, `min(${column})`)}, ${canonical(field, `max(${column})`)} from ${relation.from}${whereAll(where)}`,
  );
  const [least = null, greatest = null] = row ?? [];
  if (least === null || greatest === null) return [];
  const [low, width] = [BigInt(least), BigInt(greatest) - BigInt(least) + 1n];
  if (width < BigInt(count)) return [];
  return Array.from({ length: count - 1 }, (_, at) => String(low + (width * BigInt(at + 1)) / BigInt(count)));
}
