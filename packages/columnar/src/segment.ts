import { EtlError, type Batch, type Field, type Schema } from '@etl/sdk';
import { open } from 'node:fs/promises';
import { encodeSegment, type SegmentFacts } from './csv-segment.js';
import { duckDbType } from './duckdb-type.js';
import { isNested } from './field-type-of.js';
import { literal, quote } from './quote.js';

const joined = (a: SegmentFacts, b: SegmentFacts): SegmentFacts => ({
  rows: a.rows + b.rows,
  bytes: a.bytes + b.bytes,
  longest: Math.max(a.longest, b.longest),
  breaks: a.breaks || b.breaks,
});

const nothing: SegmentFacts = { rows: 0, bytes: 0, longest: 0, breaks: false };

/** A CSV segment that grows batch by batch. */
export interface SegmentWriter {
  /** What it holds so far. */
  readonly facts: SegmentFacts;
  append(batch: Batch): Promise<void>;
  /** Closes the file, also where an append has failed. May be called again. */
  close(): Promise<void>;
}

/** Makes a segment file, mode 0600. */
export async function openSegment(path: string, schema: Schema): Promise<SegmentWriter> {
  const file = await open(path, 'w', 0o600);
  let facts = nothing;
  let closed = false;
  return {
    get facts() {
      return facts;
    },
    async append(batch) {
      if (batch.length === 0) return;
      const encoded = encodeSegment(schema, batch);
      await file.writeFile(encoded.data);
      facts = joined(facts, encoded);
    },
    async close() {
      if (closed) return;
      closed = true;
      await file.close();
    },
  };
}

/** Writes batches as one CSV segment, mode 0600. */
export async function writeSegment(path: string, schema: Schema, batches: readonly Batch[]): Promise<SegmentFacts> {
  const segment = await openSegment(path, schema);
  try {
    for (const batch of batches) await segment.append(batch);
    return segment.facts;
  } finally {
    await segment.close();
  }
}

/** A column of a segment as SELECT item with the type that the field has in DuckDB. */
export function segmentColumn(field: Field): string {
  const name = quote(field.name);
  const native = nativeType(field);
  if (field.type.kind === 'bytes') return `unhex(${name}) as ${name}`;
  if (native !== undefined) return `cast(${isNested(native) ? `cast(${name} as json)` : name} as ${native}) as ${name}`;
  return name;
}

/** The DuckDB type of a column: the source's own where that was DuckDB. */
export const columnType = (field: Field): string => nativeType(field) ?? duckDbType(field.type);

const nativeType = ({ native }: Field): string | undefined => (native?.dialect === 'duckdb' ? native.type : undefined);

/** The type in which the CSV reader takes a column. */
const readerType = (field: Field): string =>
  field.type.kind === 'bytes' || nativeType(field) !== undefined ? 'VARCHAR' : duckDbType(field.type);

const smallest = 2_097_152;

/** A relation of the rows of one or more segments, in order, with explicit types. */
export function segmentSql(paths: string | readonly string[], schema: Schema, facts?: Pick<SegmentFacts, 'longest' | 'breaks'>): string {
  if (schema.fields.length === 0) throw new EtlError('SCHEMA_MISMATCH', 'Rows without columns cannot be stored');
  const files = typeof paths === 'string' ? literal(paths) : `[${paths.map(literal).join(', ')}]`;
  const columns = schema.fields.map((field) => `${literal(field.name)}: ${literal(readerType(field))}`).join(', ');
  const line = Math.max(smallest, facts?.longest ?? 0) + 16;
  const options = [
    `columns = {${columns}}`,
    `header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false`,
    `max_line_size = ${line}, buffer_size = ${Math.max(4 * smallest, 2 * line)}`,
    `parallel = ${String(facts?.breaks === false)}`,
  ];
  return `(select ${schema.fields.map(segmentColumn).join(', ')} from read_csv(${files}, ${options.join(', ')}))`;
}
