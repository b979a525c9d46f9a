import type { RejectRecord } from './reject-record.js';

export const rejectFormats = ['csv', 'ndjson'] as const;
export type RejectFormat = (typeof rejectFormats)[number];

/** What is known of a rejected row, besides its cells; the names cannot meet those of usual columns. */
const facts = ['run', 'job', 'dataset', 'step', 'reason', 'code', 'field', 'place', 'number'] as const;

/** Columns of the rows, in the order of their first appearance: what a CSV header needs before the first line. */
export async function rejectColumns(
  records: AsyncIterable<RejectRecord>,
): Promise<{ readonly columns: readonly string[]; readonly hasValues: boolean }> {
  const columns = new Set<string>();
  let hasValues = false;
  for await (const { row, values } of records) {
    for (const column of Object.keys(row ?? {})) columns.add(column);
    hasValues ||= values !== null;
  }
  return { columns: [...columns], hasValues };
}

/**
 * Rejected rows as CSV (RFC 4180, UTF-8): the cells under their own names, what is known of the row under names with `_etl_`; an empty
 * text is `""`, null is nothing. Rows that do not have the columns of their dataset stand as a JSON list in `_etl_values`.
 */
export async function* rejectsToCsv(open: () => AsyncIterable<RejectRecord>): AsyncGenerator<string> {
  const { columns, hasValues } = await rejectColumns(open());
  const values = hasValues ? ['_etl_values'] : [];
  yield csvLine([...columns, ...values, ...facts.map((fact) => `_etl_${fact}`)]);
  for await (const record of open()) {
    const cells = columns.map((column) => (record.row !== null && Object.hasOwn(record.row, column) ? (record.row[column] ?? null) : null));
    const list = hasValues ? [record.values === null ? null : JSON.stringify(record.values)] : [];
    yield csvLine([...cells, ...list, ...facts.map((fact) => (record[fact] === null ? null : String(record[fact])))]);
  }
}

/** Rejected rows as they are kept, one JSON document a line. */
export async function* rejectsToNdjson(open: () => AsyncIterable<RejectRecord>): AsyncGenerator<string> {
  for await (const record of open()) yield `${JSON.stringify(record)}\n`;
}

const csvLine = (cells: readonly (string | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

function csvCell(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
