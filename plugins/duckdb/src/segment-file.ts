import { canonicalSql, columnType, literal, quote, openSegment, segmentSql, type SegmentFacts } from '@etl/columnar';
import { EtlError, rowNumber, type Batch, type Field, type Origin, type Schema } from '@etl/sdk';
import { rm } from 'node:fs/promises';
import type { LoadShape } from '@etl/sql/rules';

/** Rows that wait for their save: a file that DuckDB reads again where a refused row forces the transaction to begin anew. */
export interface Segment {
  readonly rows: number;
  /** Relation of the written columns, named as in the target, in order of the rows. */
  readonly relation: string;
  /** Relation of all given columns as text (`_etl_r0`…), in the same order. */
  readonly texts: string;
  /** Where a row of the segment came from. */
  origin(row: number): Origin | undefined;
  remove(): Promise<void>;
}

export const textColumn = (column: number): string => `_etl_r${column}`;

/** A CSV segment that grows. */
export interface GrowingSegment {
  /** Bytes so far. */
  readonly bytes: number;
  append(batch: Batch): Promise<void>;
  /** Closes the file: DuckDB may read it. */
  finish(): Promise<Segment>;
  remove(): Promise<void>;
}

export async function growCsvSegment(path: string, { schema, shape }: { schema: Schema; shape: LoadShape }): Promise<GrowingSegment> {
  const segment = await openSegment(path, schema);
  const origins: { readonly length: number; readonly origin: Origin | undefined }[] = [];
  const remove = async (): Promise<void> => {
    await segment.close();
    await rm(path, { force: true });
  };
  return {
    get bytes() {
      return segment.facts.bytes;
    },
    async append(batch) {
      await segment.append(batch);
      origins.push({ length: batch.length, origin: batch.origin });
    },
    async finish() {
      await segment.close();
      const { facts } = segment;
      return {
        rows: facts.rows,
        relation: written(segmentSql(path, readAs(schema, shape), facts), schema, shape),
        texts: textRelation(path, schema, facts),
        origin: (row) => originAt(origins, row),
        remove,
      };
    },
    remove,
  };
}

/** A Parquet file of somebody else; it stays where it is. */
export function parquetSegment(path: string, { schema, shape, rows }: { schema: Schema; shape: LoadShape; rows: number }): Segment {
  const file = `read_parquet(${literal(path)})`;
  const cells = schema.fields.map((field, at) => `${canonicalSql(withoutNative(field), quote(field.name))} as ${textColumn(at)}`);
  const values = shape.taken.map((at, column) => {
    const [given, there] = [schema.fields[at], shape.columns[column]];
    if (given === undefined || there === undefined) throw new EtlError('INTERNAL', 'The shape of a load names a column that is not there');
    return `${nativeCast(there, given)} as ${quote(there.name)}`;
  });
  return {
    rows,
    relation: `(select ${values.join(', ')} from ${file})`,
    texts: `(select ${cells.join(', ')} from ${file})`,
    origin: () => undefined,
    remove: async () => undefined,
  };
}

const withoutNative = ({ name, type, nullable }: Field): Field => ({ name, type, nullable });

/** A native type of the target that reads text, such as UUID or a list, is what the reader makes of the text at once. */
function readAs(schema: Schema, { taken, columns }: LoadShape): Schema {
  const fields = schema.fields.map((given, at) => {
    const there = columns[taken.indexOf(at)];
    return there?.native !== undefined && there.type.kind === given.type.kind
      ? { ...withoutNative(given), native: there.native }
      : withoutNative(given);
  });
  return { ...schema, fields };
}

function nativeCast(there: Field, given: Field): string {
  const name = quote(given.name);
  if (there.native === undefined || there.type.kind !== given.type.kind) return name;
  return `cast(${there.type.kind === 'json' ? `cast(${name} as json)` : name} as ${columnType(there)})`;
}

function written(relation: string, schema: Schema, { taken, columns }: LoadShape): string {
  const names = taken.map((at, column) => `${quote(schema.fields[at]?.name ?? '')} as ${quote(columns[column]?.name ?? '')}`);
  return `(select ${names.join(', ')} from ${relation})`;
}

function textRelation(path: string, schema: Schema, facts: SegmentFacts): string {
  const fields = schema.fields.map((_, at): Field => ({ name: textColumn(at), type: { kind: 'text' }, nullable: true }));
  return segmentSql(path, { fields, key: [] }, facts);
}

function originAt(origins: readonly { length: number; origin: Origin | undefined }[], row: number): Origin | undefined {
  let at = row;
  for (const { length, origin } of origins) {
    if (at < length) return origin === undefined ? undefined : { part: origin.part, first: rowNumber(origin, at) };
    at -= length;
  }
  return undefined;
}
