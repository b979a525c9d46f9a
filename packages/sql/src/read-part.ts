import {
  cellsOf,
  cellTexts,
  EtlError,
  textBatch,
  type Batch,
  type Chunk,
  type Field,
  type Part,
  type Position,
  type Schema,
} from '@etl/sdk';
import { cursorConditions } from './cursor-range.js';
import { cursorField } from './cursor-value.js';
import type { SqlExtractOptions } from './extract-options.js';
import { bound, joined, render, sql, whereAll, type Fragment } from './fragment.js';
import type { OpenDatabase } from './open-database.js';
import { requestWhere } from './plan-read.js';
import { parsePosition, parseRange, type ReadPosition, type ReadRange } from './read-range.js';
import { chooseColumns, type SourceRelation } from './source-relation.js';
import { setApartRows } from './refused-cells.js';
import type { RefusedCell, SqlSession } from './sql-client.js';

export interface PartRequest {
  readonly relation: SourceRelation;
  readonly options: SqlExtractOptions;
  readonly part: Part;
  readonly after: Position | null;
}

/** Reads one part in the open transaction of the session, as its range says. */
export async function* readPart(
  open: OpenDatabase,
  session: SqlSession,
  { relation, options, part, after }: PartRequest,
): AsyncGenerator<Chunk> {
  const range = parseRange(part.range);
  const position = parsePosition(after);
  const schema = range.columns === null ? relation.schema : chooseColumns(relation.schema, range.columns, open);
  const key = range.order === null ? [] : chooseColumns(relation.schema, range.order, open).fields;
  const left = range.limit === null ? null : range.limit - (position?.rows ?? 0);
  if (left !== null && left <= 0) return;
  // A key that is not asked for comes behind the columns, to tell the position
  const hidden = key.filter(({ name }) => !schema.fields.some((field) => field.name === name));
  const shown: Schema = { fields: [...schema.fields, ...hidden], key: [] };
  const where = [
    ...relation.where,
    ...requestWhere(open, options, range.where),
    ...rangeConditions(open, relation, { range, position, key }),
  ];
  const statement = render(selectOf(open, { relation, fields: shown.fields, where, key, left }), open.dialect);
  let rows = position?.rows ?? 0;
  for await (const given of session.stream({ ...statement, schema: shown })) {
    if (given.length === 0) continue;
    const first = rows;
    rows += given.length;
    const { refused = [], release, ...whole } = given;
    const batch = hidden.length === 0 ? whole : withoutLast(schema, whole, hidden.length);
    yield {
      ...setApartRows({ schema, batch, refused, part: part.id, first }),
      position: range.order === null || isOddKey(shown, whole, { key, refused }) ? null : { key: keyOf(shown, whole, key), rows },
      ...(release && { release }),
    };
  }
}

interface Select {
  readonly relation: SourceRelation;
  readonly fields: readonly Field[];
  readonly where: readonly Fragment[];
  readonly key: readonly Field[];
  readonly left: number | null;
}

function selectOf(open: OpenDatabase, { relation, fields, where, key, left }: Select): Fragment {
  const { values, names } = open.dialect;
  const columns = fields.map((field) => values.canonical(field, `src.${names.quote(field.name)}`)).join(', ');
  const order = key.length === 0 ? '' : ` order by ${key.map(({ name }) => `src.${names.quote(name)}`).join(', ')}`;
  const select = sql`select ${columns} from ${relation.from}${whereAll(where)}${order}`;
  return left === null ? select : joined([select, values.limit('', left)], '');
}

interface Conditions {
  readonly range: ReadRange;
  readonly position: ReadPosition | null;
  readonly key: readonly Field[];
}

function rangeConditions(open: OpenDatabase, relation: SourceRelation, { range, position, key }: Conditions): readonly Fragment[] {
  const { quote } = open.dialect.names;
  const conditions: Fragment[] = [];
  if (range.cursor !== null)
    conditions.push(...cursorConditions(open, cursorField(relation.schema, range.cursor.field, open.dialect), range.cursor));
  if (range.keys !== null) {
    const { from, to } = range.keys;
    const field = cursorField(relation.schema, range.keys.field, open.dialect);
    if (from !== null) conditions.push(sql`${quote(field.name)} >= ${bound(field, from)}`);
    if (to !== null) conditions.push(sql`${quote(field.name)} < ${bound(field, to)}`);
  }
  if (position !== null) conditions.push(behind(open, key, position));
  return conditions;
}

/** `(a, b) > (x, y)` written out; the first column alone stands in front, so that an index finds the place. */
function behind(open: OpenDatabase, key: readonly Field[], position: ReadPosition): Fragment {
  if (key.length === 0 || key.length !== position.key.length)
    throw new EtlError(
      'STALE_POSITION',
      'The order of the read changed since it was interrupted, so it cannot be continued where it stopped',
    );
  const terms = key.map((field, at) => ({ column: open.dialect.names.quote(field.name), field, value: position.key[at] ?? '' }));
  const alternatives = terms.map(({ column, field, value }, at) =>
    joined([...terms.slice(0, at).map((equal) => sql`${equal.column} = ${bound(equal.field, equal.value)}`), sql`${column} > ${bound(field, value)}`], ' and '),
  ); // prettier-ignore
  const either = sql`(${joined(alternatives.map((one) => sql`(${one})`), ' or ')})`; // prettier-ignore
  const [first] = terms;
  return first === undefined || terms.length === 1 ? either : sql`${first.column} >= ${bound(first.field, first.value)} and ${either}`;
}

interface LastKey {
  readonly key: readonly Field[];
  readonly refused: readonly RefusedCell[];
}

/** Whether the last row of a batch has a key that cannot be bound again as it is: a read does not stop behind it. */
const isOddKey = ({ fields }: Schema, { length }: Batch, { key, refused }: LastKey): boolean =>
  refused.some(({ row, column }) => row === length - 1 && key.some(({ name }) => name === fields[column]?.name));

/** The key of the last row of a batch. */
function keyOf(schema: Schema, batch: Batch, key: readonly Field[]): string[] {
  const texts = cellTexts(schema, cellsOf(schema, batch), batch.length - 1);
  return key.map(({ name }) => texts[schema.fields.findIndex((field) => field.name === name)] ?? '');
}

/** The batch without its last columns; shares the bytes. */
function withoutLast(schema: Schema, batch: Batch, columns: number): Batch {
  const { bytes, index, stride } = cellsOf({ fields: [...schema.fields], key: [] }, batch);
  const width = 2 * (stride - columns);
  const narrow = new Int32Array(batch.length * width);
  for (let row = 0; row < batch.length; row++) narrow.set(index.subarray(row * 2 * stride, row * 2 * stride + width), row * width);
  return textBatch(schema, { bytes, index: narrow, stride: stride - columns });
}
