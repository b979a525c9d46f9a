import { median } from './measure.mjs';

const megabytes = (bytes) => (bytes === null ? null : Math.round(bytes / 1e6));
const round = (number, digits) => (number === null ? null : Number(number.toFixed(digits)));

/** One case as it is kept: medians of each contender, and its wall time as a ratio to the reference, the contender that `reference` names. */
export function summarise({ name, title, rows, reference, reach, goFor, measure = 'ratio', contenders: all = [] }, runs) {
  const wallOf = (contender) => median(runs.get(contender).map(({ wall }) => wall));
  /** Rows that a contender moves: those of the case, but where it has fewer of its own. */
  const rowsOf = (contender) => all.find(({ name: one }) => one === contender)?.rows ?? rows;
  const secondsOf = (contender) => (rows === undefined ? wallOf(contender) : (wallOf(contender) * rows) / rowsOf(contender));
  const contenders = [...runs].map(([contender, list]) => ({
    name: contender,
    wall: round(wallOf(contender), 3),
    walls: list.map(({ wall }) => round(wall, 3)),
    ratio: reference === undefined ? null : round(secondsOf(contender) / secondsOf(reference), 2),
    rowsPerSecond: rows === undefined ? null : Math.round(rowsOf(contender) / wallOf(contender)),
    ...(rowsOf(contender) === rows ? {} : { rows: rowsOf(contender) }),
    cpu: round(median(list.map(({ cpu }) => cpu)), 2),
    peakMb: megabytes(median(list.map(({ peak }) => peak))),
    duckDbMb: megabytes(median(list.map(({ duckDbPeak }) => duckDbPeak))),
    scriptMb: megabytes(median(list.map(({ scriptPeak }) => scriptPeak))),
    besideDuckDbMb: megabytes(median(list.map(({ besideDuckDb }) => besideDuckDb))),
    ...(list.at(-1).found ? { found: list.at(-1).found } : {}),
  }));
  return { name, title, measure, reach, goFor, reference: reference ?? null, rows: rows ?? null, contenders };
}

const columns = [
  ['', (row) => row.name],
  ['rows', (row) => row.rows?.toLocaleString('en') ?? ''],
  ['wall s', (row) => row.wall.toFixed(2)],
  ['ratio', (row) => row.ratio?.toFixed(2) ?? ''],
  ['rows/s', (row) => row.rowsPerSecond?.toLocaleString('en') ?? ''],
  ['CPU s', (row) => row.cpu?.toFixed(2) ?? ''],
  ['peak MB', (row) => row.peakMb ?? ''],
  ['of it DuckDB MB', (row) => row.duckDbMb ?? ''],
  ['of it JavaScript MB', (row) => row.scriptMb ?? ''],
  ['beside DuckDB MB', (row) => row.besideDuckDbMb ?? ''],
  ['rows written', (row) => row.found ?? ''],
];

/** The figures of one case as rows of text, the headings first. */
export const tableOf = ({ contenders }) => [
  columns.map(([heading]) => heading),
  ...contenders.map((row) => columns.map(([, cell]) => String(cell(row)))),
];

/** Prints one case for people, on standard output. */
export function printCase(result, write = (text) => process.stdout.write(text)) {
  const table = tableOf(result);
  const widths = columns.map((_, at) => Math.max(...table.map((cells) => cells[at].length)));
  write(`${result.title}\n`);
  for (const cells of table)
    write(`  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  ')}\n`);
}
