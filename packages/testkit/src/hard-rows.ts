import type { Field, FieldType, Schema } from '@etl/sdk';
import { hardValues, type HardValues } from './hard-values.js';
import type { TextRow } from './text-row.js';

export interface Table {
  readonly schema: Schema;
  readonly rows: readonly TextRow[];
}

export const int64: FieldType = { kind: 'integer', bits: 64, signed: true };
export const text: FieldType = { kind: 'text' };

export const field = (name: string, type: FieldType, nullable = true): Field => ({ name, type, nullable });

/** Columns behind `id`, the key, which is an integer and never null. */
export const schemaOf = (...fields: readonly Field[]): Schema => ({ fields: [field('id', int64, false), ...fields], key: ['id'] });

/** The values of one type with a null among them, numbered in order. */
export function tableOf({ type, cells }: HardValues): Table {
  const rows = [...cells.slice(0, 1), null, ...cells.slice(1)].map((cell, id): TextRow => [String(id + 1), cell]);
  return { schema: schemaOf(field('value', type)), rows };
}

/** A table with a column for each of these sets of values; shorter sets begin again. */
export function wholeTable(sets: readonly HardValues[] = hardValues): Table {
  const columns = sets.filter(({ cells }) => cells.every((cell) => cell.length < 10_000));
  const count = Math.max(...columns.map(({ cells }) => cells.length)) + 1;
  const rows = Array.from({ length: count }, (_, row): TextRow => [
    String(row + 1),
    ...columns.map(({ cells }, column) =>
      (row + column) % (cells.length + 1) === cells.length ? null : (cells[(row + column) % (cells.length + 1)] ?? null),
    ),
  ]);
  return { schema: schemaOf(...columns.map(({ type }, column) => field(`c${column}`, type))), rows };
}

const notes = ['plain', null, '', 'a "q" b', 'line\nfeed', 'crlf\r\nand, comma', '\\', 'ü😀', `'; --`, ' x '];

/** Any number of rows with an id that rises, a nasty text and a decimal, made one by one. */
export function* manyRows(count: number, width = 0): Generator<TextRow> {
  const filling = 'x'.repeat(width);
  for (let id = 1; id <= count; id++) {
    const note = notes[id % notes.length] ?? null;
    yield [
      String(id),
      note === null || width === 0 ? note : note + filling,
      `${id % 7 === 0 ? '-' : ''}${id}.${String(id % 100).padStart(2, '0')}`,
    ];
  }
}

export const manySchema: Schema = schemaOf(field('note', text), field('amount', { kind: 'decimal', precision: 14, scale: 2 }));
