import type { BulkColumn, Refusal } from '@etl/sql';
import { columnType } from './column-type.js';
import { nationalBases, parseNativeType, type NativeType } from './native-type.js';

/** Says why a cell may not be written; null: it may. */
export interface CellGate {
  readonly at: number;
  readonly refuses: (cell: Buffer) => Refusal | null;
}

/**
 * What is looked at before it is sent: values that Oracle itself would bend without a word (days that its calendar leaves out, digits beyond those of a NUMBER), or that it
 * refuses without naming the column.
 */
export function cellGates(columns: readonly BulkColumn[]): readonly CellGate[] {
  return columns.flatMap(({ field, given, at }): CellGate[] => {
    const native = parseNativeType(columnType(field));
    const gate = (reason: string, isRefused: (cell: Buffer) => boolean): CellGate[] => [
      { at, refuses: (cell) => (isRefused(cell) ? { reason, code: 'DATA_INVALID', field: field.name } : null) },
    ];
    const { kind } = given.type;
    if (kind === 'date' || kind === 'timestamp')
      return gate(
        `Column ${field.name} cannot hold a day between 1582-10-05 and 1582-10-14, which the calendar of Oracle leaves out`,
        isLeftOut,
      );
    if (native.base === 'NUMBER' && (kind === 'integer' || kind === 'decimal'))
      return gate(`The number is larger than ${columnType(field)} of column ${field.name}`, isTooLarge(native));
    const longest = longestBytes(native);
    if (longest !== null && (kind === 'text' || kind === 'json'))
      return gate(`The text is longer than ${columnType(field)} of column ${field.name}`, (cell) => cell.length > longest);
    return [];
  });
}

/** The day behind 4 October 1582 was the 15th; Oracle takes the days between for it. */
const isLeftOut = (cell: Buffer): boolean =>
  cell[0] === 49 && cell[1] === 53 && /^1582-10-(0[5-9]|1[0-4])/.test(cell.toString('latin1', 0, 10));

/** Without a precision a NUMBER has room for 20 digits of base 100; others have as many digits in front of the point as they say. */
const isTooLarge = ({ numbers: [precision, scale = 0] }: NativeType): ((cell: Buffer) => boolean) => {
  const whole = precision === undefined ? 0 : precision - scale;
  return (cell) => {
    const text = cell.toString('latin1', cell[0] === 45 ? 1 : 0);
    const point = text.indexOf('.');
    const before = point < 0 ? text.length : point;
    if (precision !== undefined) return before > whole && !(whole <= 0 && text.startsWith('0.')) && text !== '0';
    return base100Digits(text.slice(0, before), point < 0 ? '' : text.slice(point + 1)) > 20;
  };
};

function base100Digits(whole: string, fraction: string): number {
  const pairs = (whole.length % 2 === 0 ? whole : `0${whole}`) + (fraction.length % 2 === 0 ? fraction : `${fraction}0`);
  return pairs.replace(/^(00)+/, '').replace(/(00)+$/, '').length / 2;
}

/** Beyond that a text cannot even be bound for the column. */
function longestBytes({ base, numbers: [length = 0], bytes }: NativeType): number | null {
  if (base !== 'VARCHAR2' && base !== 'CHAR' && !nationalBases.has(base)) return null;
  if (base === 'NCLOB') return null;
  return bytes && !nationalBases.has(base) ? length : Math.min(4000, 4 * length);
}
