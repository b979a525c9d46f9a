import { isUtf8 } from 'node:buffer';
import { EtlError } from '@etl/sdk';
import { csvDialect, type CsvSyntax } from './csv-dialect.js';
import type { CsvReadOptions } from './csv-options.js';
import { checkedNames } from './column-names.js';
import { csvRecord, recordEnd } from './csv-record.js';
import { hasOnlyCarriageReturns, notText, sniffDelimiter } from './csv-sniffer.js';
import { encodingOf, openText, readHead, type SourceFile } from './source-file.js';
import { isUtf8Name } from './transcoding-reader.js';

/** How one CSV file is to be read; made once and kept in the plan. */
export type CsvLayout = {
  readonly encoding: string;
  readonly syntax: CsvSyntax;
  readonly names: readonly string[];
  /** The first byte of the first row, in UTF-8 text. */
  readonly start: number;
  /** Its line, 1-based. */
  readonly line: number;
};

const headerHint = 'Mend the header, or name the columns yourself: `skip: 1` and `header: [id, name, …]`';
const headSize = 1 << 16;
const longestHead = 1 << 24;

/** Reads the head of a file and settles its layout. Throws DATA_INVALID for what is no text, SCHEMA_MISMATCH for a header that cannot name columns. */
export async function csvLayout(file: SourceFile, options: CsvReadOptions, delimiter: string | undefined): Promise<CsvLayout> {
  const encoding = await encodingOf(file, options.encoding);
  for (let size = headSize; ; size *= 8) {
    const reader = await openText(file, encoding, 0);
    try {
      const head = await readHead(reader, size);
      const layout = layoutOf(file.path, head, { ...options, encoding }, delimiter);
      if (layout !== null) return layout;
      if (size >= longestHead)
        throw new EtlError('DATA_INVALID', `The header of ${file.path} has no end within ${size >> 20} MiB`, {
          place: { file: file.path, line: 1 },
        });
    } finally {
      await reader.close();
    }
  }
}

interface Head {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

/** null: the header goes on behind the head. */
function layoutOf(
  path: string,
  { bytes, whole }: Head,
  options: CsvReadOptions & { encoding: string },
  given: string | undefined,
): CsvLayout | null {
  const mark = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  const refused = isUtf8Name(options.encoding) ? notText(bytes) : null;
  if (refused !== null)
    throw new EtlError('DATA_INVALID', `${path} ${refused.what}`, { hint: refused.hint, place: { file: path, line: 1 } });
  const quote = options.quote === 'none' ? null : options.quote;
  const carriageReturns = hasOnlyCarriageReturns(bytes);
  const skipped = skipLines(bytes, mark, options, carriageReturns ? 13 : 10);
  if (skipped === null && !whole) return null;
  const { at, line } = skipped ?? { at: bytes.length, line: options.skip + 1 };
  const delimiter = given ?? sniffDelimiter(bytes.toString('latin1', at, Math.min(bytes.length, at + headSize)), quote);
  const syntax: CsvSyntax = { delimiter, quote, carriageReturns, comment: options.comment ?? null, nulls: options.null };
  const layout = { encoding: options.encoding, syntax };
  if (Array.isArray(options.header))
    return { ...layout, names: checkedNames(path, options.header, { line, hint: headerHint }), start: at, line };
  if (at >= bytes.length)
    throw new EtlError('DATA_INVALID', `${path} is empty: there is no ${options.header ? 'header' : 'row'} to tell its columns`, {
      place: { file: path, line },
      hint: 'Was it still being written? If an empty file is right, name its columns: `header: [id, name]`',
    });
  const dialect = csvDialect(syntax);
  const first = recordEnd(bytes, at, dialect);
  if (first === null && !whole) return null;
  const end = first?.end ?? bytes.length;
  const texts = csvRecord(bytes, at, end, dialect);
  if (!options.header) return { ...layout, names: texts.map((_, column) => `column${column + 1}`), start: at, line };
  if (!isUtf8(bytes.subarray(at, end)))
    throw new EtlError('DATA_INVALID', `The header of ${path} is not valid ${options.encoding}`, {
      place: { file: path, line },
      hint: 'State the encoding, such as `encoding: windows-1252`',
    });
  const names = checkedNames(
    path,
    texts.map((text) => text ?? ''),
    { line, hint: headerHint },
  );
  return { ...layout, names, start: end, line: line + (first?.lines ?? 1) };
}

/** Behind the lines to skip, blank and comment lines. null: that is behind the head. */
function skipLines(bytes: Buffer, from: number, { skip, comment }: CsvReadOptions, lineEnd: number): { at: number; line: number } | null {
  let at = from;
  for (let line = 1; at < bytes.length; line++) {
    const isBlank = bytes[at] === lineEnd || (bytes[at] === 13 && bytes[at + 1] === 10);
    const isComment = comment !== undefined && bytes[at] === comment.charCodeAt(0);
    if (line > skip && !isBlank && !isComment) return { at, line };
    const end = bytes.indexOf(lineEnd, at);
    if (end < 0) return null;
    at = end + 1;
  }
  return null;
}
