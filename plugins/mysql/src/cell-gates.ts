import type { BulkColumn, RefusedRow } from '@etl/sql';
import type { TextCells } from '@etl/sdk';
import { parseNativeType } from './native-type.js';

/** Says why a cell may not be written; null: it may. MySQL itself would take these values and keep others. */
interface Gate {
  readonly at: number;
  readonly field: string;
  readonly refuses: (cell: Buffer) => string | null;
}

/** What must be looked at before it is sent, column by column. */
export function cellGates(columns: readonly BulkColumn[]): readonly Gate[] {
  return columns.flatMap(({ field, given, at }): Gate[] => {
    const gate = (refuses: Gate['refuses']): Gate[] => [{ at, field: field.name, refuses }];
    if (given.type.kind === 'float')
      return gate((cell) => (isNoNumber(cell) ? `MySQL has no NaN and no infinity, which ${field.name} holds` : null));
    if (field.native?.dialect !== 'mysql') return [];
    const { base, arguments: inner } = parseNativeType(field.native.type);
    if (base === 'year')
      return gate((cell) => (isShortYear(cell) ? `Column ${field.name} is a YEAR, to which a number below 100 is another year` : null));
    if (given.type.kind !== 'text' && given.type.kind !== 'json') return [];
    if (base === 'enum' || base === 'set') return gate(oneOf(field.name, base, inner));
    if (base === 'char')
      return gate((cell) => (cell[cell.length - 1] === 32 ? `Column ${field.name} is a CHAR, which drops spaces at the end` : null));
    return [];
  });
}

/** `NaN`, `Infinity`, `-Infinity`. */
const isNoNumber = (cell: Buffer): boolean => cell[0] === 78 || cell[0] === 73 || cell[1] === 73;

const isShortYear = (cell: Buffer): boolean => cell.length < 3 && cell[0] !== 48;

/** A digit would be taken for the position of a value, and another case for the value itself. */
function oneOf(name: string, base: 'enum' | 'set', inner: string): Gate['refuses'] {
  const values = new Set(Array.from(inner.matchAll(/'((?:[^']|'')*)'/g), ([, value = '']) => value.replaceAll(`''`, `'`)));
  const isOne = (text: string): boolean =>
    values.has(text) || (base === 'set' && (text === '' || text.split(',').every((part) => values.has(part))));
  return (cell) => (isOne(cell.toString('utf8')) ? null : `Column ${name} takes none but the values of its ${base.toUpperCase()}`);
}

/** Rows of a batch that a gate refuses, by position. */
export function refusedAtGates(gates: readonly Gate[], { bytes, index, stride }: TextCells, first: number): readonly RefusedRow[] {
  if (gates.length === 0) return [];
  const refused: RefusedRow[] = [];
  const rows = index.length / (2 * stride);
  for (let row = 0; row < rows; row++) {
    for (const { at, field, refuses } of gates) {
      const cell = 2 * (row * stride + at);
      const from = index[cell] ?? -1;
      if (from < 0) continue;
      const reason = refuses(Buffer.from(bytes.buffer, bytes.byteOffset + from, (index[cell + 1] ?? from) - from));
      if (reason === null) continue;
      refused.push({ row: first + row, reason, code: 'DATA_INVALID', field });
      break;
    }
  }
  return refused;
}
