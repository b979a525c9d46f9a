import { canonicalSql, columnType, literal, quote, type Session } from '@etl/columnar';
import { cellsOf, cellTexts, EtlError, type Batch, type Chunk, type Field, type Part, type Position, type Schema } from '@etl/sdk';
import { createHash } from 'node:crypto';
import { countRows, whereClause } from './plan-read.js';
import { parsePosition, parseRange, type ReadPosition, type ReadRange } from './read-range.js';
import { chooseColumns, type SourceRelation } from './source-relation.js';

/**
 * Reads one part in one transaction and compares the rows that came with what the same transaction counts: a streamed result can end
 * early without an error. Throws STALE_POSITION where the table changed since the position was taken.
 */
export async function* readPart(
  session: Session,
  relation: SourceRelation,
  { part, after }: { readonly part: Part; readonly after: Position | null },
): AsyncGenerator<Chunk> {
  const range = parseRange(part.range);
  const position = parsePosition(after);
  const schema = range.columns === null ? relation.schema : chooseColumns(relation.schema, range.columns);
  await session.run('begin transaction');
  try {
    const total = range.order === 'rowid' ? String(await countRows(session, relation, [])) : '';
    if (position?.by === 'rowid') await assertUnchanged(session, relation, { position, total, schema });
    const where = [...range.where, ...(await behind(range, position, relation.schema))];
    const done = position?.rows ?? 0;
    const left = range.limit === null ? null : Math.max(0, range.limit - done);
    const counted = await countRows(session, relation, where);
    const expected = left === null ? counted : Math.min(counted, left);
    let rows = 0;
    for await (const { batch, last } of await placedRows(session, {
      relation,
      range,
      schema,
      where,
      left,
      origin: { part: part.id, first: done },
    })) {
      rows += batch.length;
      yield {
        batch,
        rejects: [],
        position: positionOf(range, { last, total, rows: done + rows, digest: () => lastRowDigest(schema, batch) }),
      };
    }
    if (rows !== expected)
      throw new EtlError('UNBALANCED', `${rows} rows were read where the same transaction counts ${expected}`, {
        hint: 'A query that gives other rows each time (random, clock) cannot be read; otherwise please report this',
      });
  } finally {
    // The transaction only read: there is nothing to keep, and the first error is the one that counts
    await session.run('rollback').catch(() => undefined);
  }
}

interface Reading {
  readonly relation: SourceRelation;
  readonly range: ReadRange;
  readonly schema: Schema;
  readonly where: readonly string[];
  readonly left: number | null;
  readonly origin: { readonly part: string; readonly first: number };
}

const place = (name: string): Field => ({ name, type: { kind: 'text' }, nullable: false });

async function placedRows(
  session: Session,
  { relation, range, schema, where, left, origin }: Reading,
): Promise<ReturnType<Session['streamPlaced']>> {
  const columns = schema.fields.map(({ name }) => quote(name));
  const key = Array.isArray(range.order) ? keyFields(relation, range.order) : [];
  const places = range.order === 'rowid' ? [place('rowid')] : key.map(({ name }) => place(name));
  const placed = range.order === 'rowid' ? ['cast(rowid as varchar)'] : key.map((field) => canonicalSql(field, quote(field.name)));
  // Row numbers ascend in a scan by themselves: sorting by them would only cost
  const sorted = key.length === 0 ? '' : ` order by ${key.map(({ name }) => quote(name)).join(', ')}`;
  const select = `select ${[...columns, ...placed].join(', ')} from ${relation.from}${whereClause(where)}${sorted}${left === null ? '' : ` limit ${left}`}`;
  return session.streamPlaced(select, schema, places, { values: relation.values, origin });
}

const keyFields = (relation: SourceRelation, names: readonly string[]): readonly Field[] => chooseColumns(relation.schema, names).fields;

/** Digest of the last row of a batch, by its cells. */
function lastRowDigest(schema: Schema, batch: Batch): string {
  const cells = cellTexts(schema, cellsOf(schema, batch), batch.length - 1);
  return createHash('sha256').update(JSON.stringify(cells)).digest('base64url');
}

function positionOf(
  range: ReadRange,
  { last, total, rows, digest }: { last: readonly (string | null)[]; total: string; rows: number; digest: () => string },
): ReadPosition | null {
  if (range.order === null) return null;
  if (range.order === 'rowid') return { by: 'rowid', rowid: last[0] ?? '', digest: digest(), total, rows };
  return { by: 'key', key: last.map((cell) => cell ?? ''), rows };
}

/** Conditions for the rows of the part behind a position. */
async function behind({ order, rowids }: ReadRange, position: ReadPosition | null, schema: Schema): Promise<string[]> {
  const conditions = [
    ...(rowids.from === null ? [] : [`rowid >= ${BigInt(rowids.from)}`]),
    ...(rowids.to === null ? [] : [`rowid < ${BigInt(rowids.to)}`]),
  ];
  if (position?.by === 'rowid') conditions.push(`rowid > ${BigInt(position.rowid)}`);
  if (position?.by === 'key' && Array.isArray(order)) conditions.push(await greaterKey(order, position.key, schema));
  return conditions;
}

/** `(a, b) > (x, y)` written out, each value read as its column's type. */
async function greaterKey(names: readonly string[], key: readonly string[], schema: Schema): Promise<string> {
  const terms = names.map((name, at) => {
    const field = schema.fields.find((one) => one.name === name);
    return { column: quote(name), value: `cast(${literal(key[at] ?? '')} as ${field === undefined ? 'varchar' : columnType(field)})` };
  });
  const alternatives = terms.map(({ column, value }, at) =>
    [...terms.slice(0, at).map((equal) => `${equal.column} = ${equal.value}`), `${column} > ${value}`].join(' and '),
  );
  return `(${alternatives.map((one) => `(${one})`).join(' or ')})`;
}

interface Resuming {
  readonly position: ReadPosition & { readonly by: 'rowid' };
  readonly total: string;
  readonly schema: Schema;
}

async function assertUnchanged(session: Session, relation: SourceRelation, { position, total, schema }: Resuming): Promise<void> {
  if (total === position.total) {
    const columns = schema.fields.map(({ name }) => quote(name)).join(', ');
    const select = `select ${columns} from ${relation.from} where rowid = ${BigInt(position.rowid)}`;
    for await (const batch of session.stream(select, schema)) if (lastRowDigest(schema, batch) === position.digest) return;
  }
  throw new EtlError('STALE_POSITION', 'The table changed since the interrupted read, so it cannot be continued where it stopped', {
    hint: 'With order_key it could: a key stays with its row',
  });
}
