import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Palette } from './palette.js';
import { fitText, visibleText } from './visible-text.js';

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
  /** The last to be made narrower when the terminal is: default 0, higher is more important. */
  readonly weight?: number;
}

export interface TableOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly palette: Palette;
  /** Columns of the terminal. */
  readonly width: number;
  /** How a cell without a value is shown. */
  readonly empty?: string;
  /** How the cell of a row and column is painted, once it has been fitted. */
  readonly paint?: (text: string, cell: { readonly row: number; readonly column: number }) => string;
}

const rule = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
} as const; // prettier-ignore

const narrowest = 6;

/** A table for people: aligned, fitted to the terminal, wide characters counted as two columns, control characters made visible. */
export function renderTable({ columns, rows, palette, width, empty = '', paint = (text) => text }: TableOptions): string {
  const texts = rows.map((row) => columns.map((_, column) => visibleText(row[column] ?? empty)));
  const widths = fitWidths(
    columns.map(({ title, weight = 0 }, column) => ({
      weight,
      widest: Math.max(stringWidth(title), ...texts.map((row) => stringWidth(row[column] ?? ''))),
    })),
    width,
  );
  const fit = (text: string, column: number): string => fitText(text, widths[column] ?? narrowest);
  const table = new Table({
    chars: rule,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  table.push(columns.map(({ title }, column) => palette.bold(fit(title, column))));
  table.push(widths.map((columnWidth) => palette.faint('─'.repeat(columnWidth))));
  for (const [row, cells] of texts.entries()) table.push(cells.map((text, column) => paint(fit(text, column), { row, column })));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Takes columns from the widest of the least important until all fit. */
function fitWidths(columns: readonly { readonly widest: number; readonly weight: number }[], width: number): number[] {
  const widths = columns.map(({ widest }) => widest);
  const gaps = 2 * (columns.length - 1);
  for (let over = widths.reduce((sum, each) => sum + each, gaps) - width; over > 0; over--) {
    const victim = columns.reduce<number | null>((best, { weight }, index) => {
      const own = widths[index] ?? 0;
      if (own <= narrowest) return best;
      const bestWeight = best === null ? Infinity : (columns[best]?.weight ?? 0);
      return weight < bestWeight || (weight === bestWeight && own > (widths[best ?? 0] ?? 0)) ? index : best;
    }, null);
    if (victim === null) break;
    widths[victim] = (widths[victim] ?? 0) - 1;
  }
  return widths;
}

/** The same table for programs: tab-separated, one header line, no colour; control characters made visible so that a row stays a line. */
export const renderTsv = ({ columns, rows, empty = '' }: Pick<TableOptions, 'columns' | 'rows' | 'empty'>): string =>
  [columns.map(({ title }) => title), ...rows].map((row) => row.map((cell) => visibleText(cell ?? empty)).join('\t')).join('\n');
