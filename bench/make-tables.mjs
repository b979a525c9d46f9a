import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { narrowColumns, narrowRows, partColumns, partRows, wideColumns, wideRows, writeCsv } from './tables.mjs';

const tables = {
  narrow: (rows) => [narrowColumns, narrowRows(rows)],
  wide: (rows) => [wideColumns, wideRows(rows)],
  /** Half of its keys are those of the upper half of `narrow`, half are new. */
  changes: (rows) => [narrowColumns, narrowRows(rows, { first: 1 + Math.round(rows / 2), seed: 3 })],
  parts: (rows) => [partColumns, partRows(rows)],
};

/** A function that writes a table of so many rows into the folder as CSV, unless it is there, and answers its path. */
export const tableMaker = (folder) => async (name, rows) => {
  const path = join(folder, `${name}-${rows}.csv`);
  if (existsSync(path)) return path;
  process.stderr.write(`Writing ${rows.toLocaleString('en')} rows of '${name}' ... `);
  await writeCsv(path, ...tables[name](rows));
  process.stderr.write(`${(statSync(path).size / 1e6).toFixed(0)} MB\n`);
  return path;
};
