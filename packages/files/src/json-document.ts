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
  /** Called for each block with records in it; gives their reader. */
  readonly open: (block: Block) => RecordReader;
}

/** What one block held. */
export interface DocumentBlock {
  readonly block: Block;
  /** Behind the last complete record, or the first byte of the block where none ended. */
  readonly end: number;
  /** Line of that byte. */
  readonly line: number;
  /** Bytes of the block that are not seen again in the next. */
  readonly consumed: number;
}

/**
 * Finds the records of a JSON document in block after block; every block is yielded when its records were read. Throws DATA_INVALID with
 * line and column where the document is malformed.
 */
export async function* jsonDocument(source: BlockSource, options: DocumentOptions): AsyncGenerator<DocumentBlock> {
  const document = new JsonDocument(options);
  for (let block = await source.next(); ;) {
    const read = document.take(block);
    yield read;
    if (block.final) return;
    block = await source.next(block.bytes.subarray(block.from + read.consumed, block.to));
  }
}

class JsonDocument {
  readonly #walk: JsonWalk;
  /** Around the records, before the first one, in front of one, or behind one. */
  #mode: 'walk' | 'first' | 'record' | 'next' = 'walk';
  /** Line of the first byte of the block, and how many bytes of that line came before; -1: nobody knows. */
  #line: number;
  #columns: number;
  #block: Block = { bytes: Buffer.alloc(0), from: 0, to: 0, final: false };
  /** A byte of the block whose line is known. */
  #counted = { at: 0, line: 1 };

  constructor(private readonly options: DocumentOptions) {
    const { records, after } = options;
    this.#walk = new JsonWalk(records);
    this.#line = after?.line ?? 1;
    this.#columns = after === null ? 0 : -1;
    if (after === null) return;
    this.#walk.enter();
    this.#mode = 'next';
  }

  take(block: Block): DocumentBlock {
    const { from, to, final } = block;
    this.#block = block;
    this.#counted = { at: from, line: this.#line };
    const { end, done } = this.#records();
    // a comma in front of what is left is seen again together with it
    if (this.#mode === 'record') this.#mode = 'next';
    if (final) this.#finish();
    const read = { block, end, line: this.#lineAt(end), consumed: done - from };
    this.#line = this.#lineAt(done);
    if (!final && to - done > longestJson)
      throw new EtlError('DATA_INVALID', `${this.options.path} holds a record or a text longer than ${longestJson >> 20} MiB`, {
        place: { file: this.options.path, line: this.#line },
      });
    const lineEnd = done > from ? block.bytes.lastIndexOf(10, done - 1) : -1;
    if (lineEnd >= from) this.#columns = done - lineEnd - 1;
    else if (this.#columns >= 0) this.#columns += done - from;
    return read;
  }

  /** Reads the records of the block: `end` is behind the last of them, `done` behind all that need not be seen again. */
  #records(): { end: number; done: number } {
    const { bytes, from, to, final } = this.#block;
    let read: RecordReader | null = null;
    let end = from;
    let done = from;
    for (let p = from; ;) {
      if (this.#mode === 'walk') {
        const { at, atRecords } = this.#walk.advance(bytes, p, to);
        const { fault } = this.#walk;
        if (fault !== null) this.#fail(fault.at, fault.what);
        p = at;
        done = at;
        if (!atRecords) return { end, done };
        this.#mode = 'first';
      }
      p = skipJsonSpace(bytes, p, to);
      if (p >= to) return { end, done };
      const byte = bytes[p];
      if (byte === 0x5d && this.#mode !== 'record') {
        this.#walk.leave();
        this.#mode = 'walk';
        p++;
      } else if (this.#mode === 'next') {
        if (byte !== 0x2c) this.#fail(p, 'a comma or the closing bracket is expected here');
        this.#mode = 'record';
        p++;
      } else {
        read ??= this.options.open(this.#block);
        this.#counted = { at: p, line: this.#lineAt(p) };
        const behind = read(p, to, this.#counted.line);
        if (behind < 0) {
          if (~behind < to) this.#fail(~behind, 'the record is malformed here');
          if (final) this.#fail(to, 'the document is cut short');
          return { end, done };
        }
        p = behind;
        done = behind;
        end = behind;
        this.#mode = 'next';
      }
    }
  }

  #lineAt(at: number): number {
    const { bytes } = this.#block;
    const { at: known, line } = this.#counted;
    return at < known ? line - countLines(bytes, at, known) : line + countLines(bytes, known, at);
  }

  #fail(at: number, what: string): never {
    const { bytes, from } = this.#block;
    const { path } = this.options;
    const line = this.#lineAt(at);
    const lineEnd = at > from ? bytes.lastIndexOf(10, at - 1) : -1;
    const column = lineEnd >= from ? at - lineEnd : this.#columns < 0 ? null : at - from + 1 + this.#columns;
    const isOver = this.#walk.isDone && !this.#walk.found;
    throw new EtlError('DATA_INVALID', `${path}:${line}${column === null ? '' : `:${column}`} is not valid JSON: ${what}`, {
      place: { file: path, line, ...(column === null ? {} : { column }) },
      ...(isOver ? { hint: 'If the file holds one object a line, write `format: ndjson`' } : {}),
    });
  }

  /** The end of the file: the document has to be complete, with records in it. */
  #finish(): void {
    const { path, records } = this.options;
    const { isDone, found, rootKeys } = this.#walk;
    if (!isDone) this.#fail(this.#block.to, 'the document is cut short');
    if (found) return;
    const where = records.length === 0 ? 'The document is no array of records' : `There is no array of records at ${records.join('.')}`;
    const keys = rootKeys.length === 0 ? '' : `; its keys are ${rootKeys.join(', ')}`;
    throw new EtlError('DATA_INVALID', `${path}: ${where}`, {
      place: { file: path },
      hint: `Say where the records are, such as \`records: data.items\`${keys}. For one object a line write \`format: ndjson\``,
    });
  }
}
