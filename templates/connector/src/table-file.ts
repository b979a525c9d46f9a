import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cellTexts, cellsOf, decodeCell, EtlError, parseTypeName, typeName } from '@etl/sdk';
import type { Batch, FieldType, Row, Schema, Value } from '@etl/sdk';
import { z } from 'zod';
import { readLines } from './read-lines.js';
import { tableError } from './table-error.js';

const ending = '.jsonl';

const headerLine = z.strictObject({
  load: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  key: z.array(z.string()),
});
const rowLine = z.array(z.string().nullable());

/** The first line of a table. */
export interface Header {
  /** Which load wrote the file. */
  readonly load: string;
  readonly schema: Schema;
}

/** Any name is one file name. */
export const tableFile = (folder: string, table: string): string => join(folder, encodeURIComponent(table) + ending);

/** Names of the tables, sorted. */
export async function tableNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw tableError(cause, folder);
  });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => decodeURIComponent(name.slice(0, -ending.length)))
    .sort();
}

export function headerText({ load, schema: { fields, key } }: Header): string {
  const columns = fields.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
  return `${JSON.stringify({ load, columns, key })}\n`;
}

/** Throws NOT_FOUND where there is no such table, DATA_INVALID where the file is not one. */
export async function readHeader(file: string): Promise<Header> {
  for await (const line of readLines(file)) {
    const { load, columns, key } = parseLine(headerLine, line, { file, number: 1 });
    return { load, schema: { fields: columns.map((column) => ({ ...column, type: parseTypeName(column.type) })), key } };
  }
  throw new EtlError('DATA_INVALID', `${file} is empty`, { place: { file } });
}

/** A row is its cells as canonical texts, so that every value comes back exactly as it was: numbers keep all their digits. */
export function rowsText(schema: Schema, batch: Batch): string {
  const cells = cellsOf(schema, batch);
  return Array.from({ length: batch.length }, (_, row) => `${JSON.stringify(cellTexts(schema, cells, row))}\n`).join('');
}

interface ReadOptions {
  readonly limit: number | null;
  readonly signal: AbortSignal;
}

export async function* readRows(file: string, { fields }: Schema, { limit, signal }: ReadOptions): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of readLines(file, signal)) {
    if (++number === 1) continue;
    if (limit !== null && number > limit + 1) return;
    const cells = parseLine(rowLine, line, { file, number });
    if (cells.length !== fields.length)
      throw new EtlError('DATA_INVALID', `A row has ${cells.length} cells, not ${fields.length}`, { place: { file, line: number } });
    yield fields.map(({ type }, column) => valueOf(type, cells[column] ?? null));
  }
}

function valueOf(type: FieldType, cell: string | null): Value {
  if (cell === null) return null;
  return decodeCell(type, type.kind === 'bytes' ? Buffer.from(cell.slice(2), 'hex') : Buffer.from(cell));
}

function parseLine<T>(shape: z.ZodType<T>, line: string, { file, number }: { file: string; number: number }): T {
  try {
    return shape.parse(JSON.parse(line));
  } catch (cause) {
    throw new EtlError('DATA_INVALID', 'The line is not one of a table', { place: { file, line: number }, cause });
  }
}
