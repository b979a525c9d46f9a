import type { Palette } from './palette.js';
import { visibleText } from './visible-text.js';

/** What the screen shows of a refused row. */
export interface RefusedRow {
  readonly dataset: string;
  readonly step: string;
  readonly reason: string;
  /** The column at fault. */
  readonly field: string | null;
  readonly place: string | null;
  readonly number: number | null;
  readonly row: { readonly [column: string]: string | null } | null;
  readonly values: readonly (string | null)[] | null;
}

export interface RejectTextOptions {
  readonly palette: Palette;
  /** Columns of the terminal. */
  readonly width: number;
}

/** One refused row for people: where it stands, why it was refused, and every cell in full, the one at fault marked. */
export function rejectText(record: RefusedRow, { palette, width }: RejectTextOptions): string {
  const { step, reason, row, values, field } = record;
  const head = `${palette.bold(visibleText(rejectPlace(record)))}  ${visibleText(reason)} ${palette.faint(`(${visibleText(step)})`)}`;
  const cells = row === null ? (values ?? []).map((cell): [string, string | null] => ['', cell]) : Object.entries(row);
  const texts = cells.map(([name, cell]) => {
    const label = name === '' ? '' : `${visibleText(name)}: `;
    const text = cell === null ? 'null' : cell === '' ? "''" : visibleText(cell);
    const shown = name === field ? palette.bad(text) : cell === null ? palette.faint(text) : text;
    return { length: label.length + text.length, text: `${palette.faint(label)}${shown}` };
  });
  return [head, ...lines(texts, width - 2).map((line) => `  ${line}`)].join('\n');
}

/** Where people find the row. */
export const rejectPlace = ({ dataset, place, number }: RefusedRow): string =>
  place ?? (number === null ? dataset : `${dataset}, row ${number}`);

/** Fills lines up to a width; a text that is longer than a line has its own. */
function lines(texts: readonly { readonly length: number; readonly text: string }[], width: number): string[] {
  const filled: { length: number; texts: string[] }[] = [];
  for (const { length, text } of texts) {
    const last = filled.at(-1);
    if (last !== undefined && last.length + 2 + length <= width) {
      last.length += 2 + length;
      last.texts.push(text);
    } else filled.push({ length, texts: [text] });
  }
  return filled.map((line) => line.texts.join('  '));
}
