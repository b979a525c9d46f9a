/** The candidates, the likeliest first. */
const candidates = [',', ';', '\t', '|'] as const;

/** The delimiter of the records at the start of a file: the one that gives all of them the same number of cells, more than one. */
export function sniffDelimiter(head: string, quote: string | null): string {
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of candidates) {
    const counts = cellCounts(head, delimiter, quote);
    const [first = 1] = counts;
    const equal = counts.filter((count) => count === first).length / Math.max(1, counts.length);
    const score = first > 1 ? equal * 1000 + Math.min(first, 500) / 1000 : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Cells of each complete record, blank lines left out. */
function cellCounts(head: string, delimiter: string, quote: string | null): number[] {
  const counts: number[] = [];
  let cells = 1;
  let length = 0;
  let isQuoted = false;
  let isStart = true;
  for (const character of head) {
    length++;
    if (character === quote && (isStart || isQuoted)) {
      // a doubled quote closes and opens again
      isQuoted = !isQuoted;
      isStart = !isQuoted;
      continue;
    }
    isStart = false;
    if (isQuoted) continue;
    if (character === delimiter) {
      cells++;
      isStart = true;
    } else if (character === '\n' || character === '\r') {
      if (length > 1) counts.push(cells);
      cells = 1;
      length = 0;
      isStart = true;
    }
  }
  return counts.length === 0 ? [cells] : counts;
}

/** Whether rows end with a carriage return alone: there is one, and no line feed. */
export const hasOnlyCarriageReturns = (head: Uint8Array): boolean => head.includes(13) && !head.includes(10);

const magic: readonly { readonly bytes: readonly number[]; readonly what: string; readonly hint: string }[] = [
  { bytes: [0x1f, 0x8b], what: 'is compressed with gzip', hint: 'Write `compression: gzip`' },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'is a Parquet file', hint: 'Write `format: parquet`' },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    what: 'is a ZIP archive or an Excel workbook',
    hint: 'Unpack it, or read it with the connector for workbooks',
  },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: 'is an old Excel workbook', hint: 'Save it as CSV' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'is a PDF document', hint: 'Export the table as CSV' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'is compressed with zstd', hint: 'Unpack it first' },
  { bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66], what: 'is a SQLite database', hint: 'Export the table as CSV' },
];

/** What a file is that cannot be text; null: it may well be. */
export function notText(head: Uint8Array): { readonly what: string; readonly hint: string } | null {
  const known = magic.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (known !== undefined) return known;
  const lineEnd = head.indexOf(10);
  if (!head.subarray(0, lineEnd < 0 ? head.length : lineEnd).includes(0)) return null;
  return {
    what: 'holds zero bytes in its first line: it is binary, or text of another encoding',
    hint: 'For UTF-16 write `encoding: utf-16le` (or utf-16be)',
  };
}
