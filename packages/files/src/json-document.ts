import { EtlError, skipJsonSpace } from '@etl/sdk';
import type { Block, BlockSource } from './block-source.js';
import { countLines, longestJson } from './json-reading.js';
import { JsonWalk } from './json-walk.js';

/** Handles the record that begins at `at` in a block; answers its end, else `~fault` as in json-text. */
export type RecordReader = (at: number, to: number, line: number) => number;

export interface DocumentOptions {
  readonly path: string;
  readonly records: readonly string[];
  /** Where the source begins: null at the start of the document, else behind a record. */
  readonly after: { readonly line: number } | null;
}

/** What one block held. */
export interface DocumentBlock {
  readonly block: Block;
  /** Behind the last complete record, or the first byte of the block where none ended. */
  readonly end: number;
  /** Line of that byte. */
  readonly lines: number;
  /** Bytes of the block that are not seen again in the next. */
  readonly consumed: number;
}

/**
 * Finds the records of a JSON document in block after block. `open` is called for each block with records in it and gives their reader;
 * every block is yielded when its records were read. Throws DATA_INVALID with line and column where the document is malformed.
 */
export async function* jsonDocument(
  source: BlockSource,
  { path, records, after }: DocumentOptions,
  open: (block: Block) => RecordReader,
): AsyncGenerator<DocumentBlock> {
  const walk = new JsonWalk(records);
  let mode: 'walk' | 'first' | 'record' | 'next' = 'walk';
  if (after !== null) {
    walk.enter();
    mode = 'next';
  }
  let line = after?.line ?? 1;
  let lineStart = after === null ? 0 : -1;
  for (let block = await source.next(); ;) {
    const { bytes, from, to, final } = block;
    const fail = (at: number, what: string): never => {
      const before = at > from ? bytes.lastIndexOf(10, at - 1) : -1;
      const column = before >= from ? at - before : lineStart < 0 ? undefined : at - from + 1 + lineStart;
      const place = { file: path, line: line + countLines(bytes, from, at), ...(column === undefined ? {} : { column }) };
      throw new EtlError('DATA_INVALID', `${path}:${place.line}${column === undefined ? '' : `:${column}`} is not valid JSON: ${what}`, {
        place,
        ...(walk.isDone && !walk.found ? { hint: 'If the file holds one object a line, write `format: ndjson`' } : {}),
      });
    };
    let read: RecordReader | null = null;
    let p = from;
    /** Behind what need not be seen again. */
    let done = from;
    let recordsEnd = from;
    let counted = { at: from, line };
    for (;;) {
      if (mode === 'walk') {
        const { at, atRecords } = walk.advance(bytes, p, to);
        if (walk.fault !== null) fail(walk.fault.at, walk.fault.what);
        p = at;
        done = p;
        if (!atRecords) break;
        mode = 'first';
      }
      p = skipJsonSpace(bytes, p, to);
      if (p >= to) break;
      const byte = bytes[p];
      if (byte === 0x5d && mode !== 'record') {
        walk.leave();
        mode = 'walk';
        p++;
        continue;
      }
      if (mode === 'next') {
        if (byte !== 0x2c) fail(p, 'a comma or the closing bracket is expected here');
        mode = 'record';
        p++;
        continue;
      }
      read ??= open(block);
      counted = { at: p, line: counted.line + countLines(bytes, counted.at, p) };
      const end = read(p, to, counted.line);
      if (end < 0) {
        if (~end < to) fail(~end, 'the record is malformed here');
        if (final) fail(to, 'the document is cut short');
        break;
      }
      p = end;
      done = end;
      recordsEnd = end;
      mode = 'next';
    }
    // a comma, or an opening bracket, in front of what is left is seen again together with it
    if (mode === 'record') mode = 'next';
    if (final) finish(walk, path, records, () => fail(to, 'the document is cut short'));
    const lineAt = (at: number): number =>
      at < counted.at ? counted.line - countLines(bytes, at, counted.at) : counted.line + countLines(bytes, counted.at, at);
    yield { block, end: recordsEnd, lines: lineAt(recordsEnd), consumed: done - from };
    if (final) return;
    if (to - done > longestJson)
      throw new EtlError('DATA_INVALID', `${path} holds a record or a text longer than ${longestJson >> 20} MiB`, {
        place: { file: path, line: lineAt(done) },
      });
    const newline = bytes.lastIndexOf(10, done - 1);
    lineStart = newline >= from && done > from ? done - newline - 1 : lineStart < 0 ? -1 : lineStart + done - from;
    line = lineAt(done);
    block = await source.next(bytes.subarray(done, to));
  }
}

function finish(walk: JsonWalk, path: string, records: readonly string[], cut: () => never): void {
  if (!walk.isDone) cut();
  if (walk.found) return;
  const where = records.length === 0 ? 'The document is no array of records' : `There is no array of records at ${records.join('.')}`;
  const keys = walk.rootKeys.length === 0 ? '' : `; its keys are ${walk.rootKeys.join(', ')}`;
  throw new EtlError('DATA_INVALID', `${path}: ${where}`, {
    place: { file: path },
    hint: `Say where the records are, such as \`records: data.items\`${keys}. For one object a line write \`format: ndjson\``,
  });
}
