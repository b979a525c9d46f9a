import type { GivenRow } from './given-rows.js';

/** What a test expects in a cell: its exact text, or a pattern. */
export type ExpectedCell = string | null | { readonly matches: string };
export type ExpectedRow = { readonly [column: string]: ExpectedCell };

/** Expected rows that no actual row matches; each actual row answers for one expected row at most. Columns that are not named do not matter. */
export function missingRows(expected: readonly ExpectedRow[], actual: readonly GivenRow[]): readonly ExpectedRow[] {
  const left = [...actual];
  return expected.filter((row) => {
    const found = left.findIndex((candidate) => rowMatches(row, candidate));
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
}

export const rowMatches = (expected: ExpectedRow, actual: GivenRow): boolean =>
  Object.entries(expected).every(([column, cell]) => cellMatches(cell, actual[column]));

/** Numbers and dates are compared by their canonical text, but 12.5 meets 12.50. */
function cellMatches(expected: ExpectedCell, actual: string | null | undefined): boolean {
  if (actual === undefined) return false;
  if (expected === null || actual === null) return expected === actual;
  if (typeof expected === 'object') return new RegExp(expected.matches, 'u').test(actual);
  return expected === actual || (isDecimal(expected) && isDecimal(actual) && plain(expected) === plain(actual));
}

const isDecimal = (text: string): boolean => /^-?\d+\.\d+$|^-?(0|[1-9]\d*)$/.test(text);

const plain = (text: string): string => (text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text).replace(/^-0$/, '0');

/** The actual row that has most cells in common with an expected one: shown beside it, so that the difference is plain. */
export function nearestRow(expected: ExpectedRow, actual: readonly GivenRow[]): GivenRow | null {
  const score = (row: GivenRow): number => Object.entries(expected).filter(([column, cell]) => cellMatches(cell, row[column])).length;
  return actual.reduce<{ row: GivenRow | null; score: number }>(
    (best, row) => (score(row) > best.score ? { row, score: score(row) } : best),
    { row: null, score: 0 },
  ).row;
}
