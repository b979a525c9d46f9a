import { encodeFloat, type Field, type FieldType } from '@etl/sdk';

/** Where one column's bytes of the server are made canonical. */
export interface CellForm {
  readonly field: Field;
  /** Ask for the bytes as they are instead of text. */
  readonly binary: boolean;
  /**
   * Looks at one cell. 0: it is canonical as it lies; otherwise what the reader has to do, see `cellActions`.
   */
  readonly inspect: ((bytes: Uint8Array, from: number, to: number) => CellAction) | null;
}

/** What is to be done with a cell. */
export type CellAction = 0 | 1 | 2 | 3;

export const cellActions = {
  /** It is canonical. */
  keep: 0,
  /** `+00` becomes `+00:00`. */
  zone: 1,
  /** A float is printed as JavaScript prints it. */
  float: 2,
  /** No canonical text can say this value: its row is set apart. */
  refuse: 3,
} as const;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

export function cellForm(field: Field): CellForm {
  return { field, binary: field.type.kind === 'bytes', inspect: inspectorOf(field.type) };
}

function inspectorOf(type: FieldType): CellForm['inspect'] {
  switch (type.kind) {
    case 'float':
      return inspectFloat;
    case 'decimal':
      return inspectDecimal;
    case 'date':
      return (_bytes, from, to) => (to - from === 10 ? 0 : 3);
    case 'time':
      return (bytes, from) => (bytes[from] === 50 && bytes[from + 1] === 52 ? 3 : 0);
    case 'timestamp':
      return type.zoned ? inspectZoned : inspectTimestamp;
    default:
      return null;
  }
}

/** The server writes an exponent earlier than JavaScript does. */
function inspectFloat(bytes: Uint8Array, from: number, to: number): CellAction {
  for (let at = from; at < to; at++) if (bytes[at] === 101) return 2;
  return 0;
}

/** NaN and the infinities of numeric. */
function inspectDecimal(bytes: Uint8Array, from: number, to: number): CellAction {
  return isDigit(bytes[to - 1]) ? 0 : from < to ? 3 : 0;
}

/** Infinity, years before 1 and behind 9999. */
function inspectTimestamp(bytes: Uint8Array, from: number, to: number): CellAction {
  return to - from >= 19 && bytes[from + 10] === 32 && isDigit(bytes[to - 1]) ? 0 : 3;
}

function inspectZoned(bytes: Uint8Array, from: number, to: number): CellAction {
  return to - from >= 22 && bytes[from + 10] === 32 && bytes[to - 3] === 43 && isDigit(bytes[to - 1]) ? 1 : 3;
}

/** The float as canonical text. */
export const canonicalFloat = (cell: string, type: FieldType): string => encodeFloat(Number(cell), type);

/** Why a cell is refused, without its value: a message may be logged. */
export const refusalOf = ({ name, type }: Field): string =>
  `Column ${name} holds a value that no ${type.kind} of other databases can hold: ${examples[type.kind] ?? 'it is out of range'} (a query with "${name}"::text reads it as text)`;

const examples: { readonly [kind: string]: string } = {
  decimal: 'it is no number, or an endless one',
  date: 'it is endless, or of a year before 1 or behind 9999',
  time: 'it is the end of a day, which begins the next one',
  timestamp: 'it is endless, or of a year before 1 or behind 9999',
};
