import type { Schema } from '@etl/sdk';
import { oddNames } from './odd-names.js';
import type { TextRow } from './text-row.js';

/** What a database cannot keep apart: Oracle keeps an empty text, and empty bytes, as null. */
export interface HeldAs {
  /** An empty text, and empty bytes, are null there. Nothing else may change. */
  readonly emptyIsNull?: boolean;
  /** Of the odd names those that no name there can be, with the reason: a double quote in Oracle. */
  readonly namesRefused?: { readonly names: readonly string[]; readonly reason: string };
}

/** The odd names that are tried. */
export const namesFor = ({ namesRefused }: HeldAs): readonly string[] =>
  oddNames.filter((name) => namesRefused?.names.includes(name) !== true);

/** The rows as such a database holds them. */
export function heldRows({ emptyIsNull = false }: HeldAs, { fields }: Schema, rows: readonly TextRow[]): readonly TextRow[] {
  if (!emptyIsNull) return rows;
  const isEmpty = (cell: string | null, column: number): boolean => {
    const kind = fields[column]?.type.kind;
    return (kind === 'text' && cell === '') || (kind === 'bytes' && cell === '\\x');
  };
  return rows.map((row) => row.map((cell, column) => (isEmpty(cell, column) ? null : cell)));
}
