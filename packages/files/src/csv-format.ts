import { BufferPool, EtlError, type Chunk, type Json, type Position } from '@etl/sdk';
import { BlockSource } from './block-source.js';
import { csvBatch, type CsvShape } from './csv-batch.js';
import { csvBlocks, defaultBlock } from './csv-blocks.js';
import { columnPass } from './column-pass.js';
import { csvDialect } from './csv-dialect.js';
import { csvLayout, type CsvLayout } from './csv-layout.js';
import type { CsvReadOptions } from './csv-options.js';
import type { CsvRows } from './csv-rows.js';
import type { Format, Guesses, ReadFile } from './format.js';
import { limited } from './limited.js';
import { sampleRanges } from './sample-ranges.js';
import { openText, type SourceFile } from './source-file.js';
import { isUtf8Name } from './transcoding-reader.js';
import { TypeGuess } from './type-guess.js';

/** How far a file was read: behind which byte of its UTF-8 text, and how many rows and lines stand before it. */
export type TextPosition = { readonly offset: number; readonly row: number; readonly line: number };

export interface CsvFormatOptions {
  readonly name: 'csv' | 'tsv';
  readonly options: CsvReadOptions;
  /** Bytes read at once. */
  readonly block?: number;
}

/** CSV as RFC 4180 has it, and as people write it. */
export function csvFormat({ name, options, block = defaultBlock }: CsvFormatOptions): Format {
  const delimiter = options.delimiter ?? (name === 'tsv' ? '\t' : undefined);
  return {
    name,
    layout: (file) => csvLayout(file, options, delimiter),
    names: (layout) => asLayout(layout).names,
    guess: (file, layout, { budget, signal }) => guessCsv(file, asLayout(layout), { budget, signal, block }),
    read: (plan) => limited(plan.schema, readCsv(plan, block), plan.limit),
  };
}

/** Layouts are made by `layout` alone, and plans give them back as they were. */
const asLayout = (layout: Json): CsvLayout => layout as CsvLayout;

async function* readCsv({ file, layout, schema, part, after, signal }: ReadFile, size: number): AsyncGenerator<Chunk> {
  const { encoding, syntax, names, start, line } = asLayout(layout);
  let position = (after as TextPosition | null) ?? { offset: start, row: 0, line };
  const shape: CsvShape = {
    path: file.path,
    part,
    dialect: csvDialect(syntax),
    names,
    schema,
    cells: schema.fields.map(({ name }) => names.indexOf(name)),
    passes: schema.fields.map(({ type }) => columnPass(type, { exponents: false })),
    transcoded: isUtf8Name(encoding) ? null : encoding,
  };
  const pool = new BufferPool();
  const source = new BlockSource(await openText(file, encoding, position.offset), { size, signal, pool });
  try {
    for await (const { block, found } of csvBlocks(source, { dialect: shape.dialect, width: names.length, pool })) {
      refuseSwallowed(file.path, found, position.line);
      const { batch, rejects } = csvBatch(shape, block, found, position);
      const bytes = found.end - block.from;
      position = { offset: position.offset + bytes, row: position.row + found.rows + found.bad.length, line: position.line + found.lines };
      const release = (): void => {
        pool.give(block.bytes.buffer);
        found.release();
      };
      yield { batch, rejects, position: position satisfies Position, bytes, release };
    }
  } catch (error) {
    if (error instanceof EtlError && error.code === 'DATA_INVALID') throw error.at({ file: file.path, line: position.line });
    throw error;
  } finally {
    await source.close();
  }
}

/** An open quote in the last row is a bad row; one that takes further rows with it makes the rest of the file unreadable. */
function refuseSwallowed(path: string, { bad }: CsvRows, line: number): void {
  const last = bad.at(-1);
  if (last?.fault !== 'open quote' || last.lines === 0) return;
  throw new EtlError(
    'DATA_INVALID',
    `${path}: a quote is opened in line ${line + last.line} and never closed, so that the ${last.lines} ${last.lines === 1 ? 'line' : 'lines'} after it cannot be read`,
    {
      place: { file: path, line: line + last.line },
      hint: 'Close the quote. If quotes mean nothing in this file, write `quote: none`',
    },
  );
}

interface GuessOptions {
  readonly budget: number;
  readonly signal: AbortSignal;
  readonly block: number;
}

async function guessCsv(
  file: SourceFile,
  { encoding, syntax, names, start }: CsvLayout,
  { budget, signal, block: size }: GuessOptions,
): Promise<Guesses> {
  const guesses = names.map(() => new TypeGuess());
  const canSeek = file.isSeekable && isUtf8Name(encoding);
  const pool = new BufferPool();
  for (const { from, length } of sampleRanges(start, canSeek ? file.size : Infinity, budget)) {
    const source = new BlockSource(await openText(file, encoding, from), { size, signal });
    try {
      let left = length;
      // in the middle of a file, the first record is a torn one: it is ragged, or as good as any
      for await (const { block, found } of csvBlocks(source, {
        dialect: csvDialect(syntax),
        width: names.length,
        pool,
        isSample: from > start,
      })) {
        see(guesses, block.bytes, found, from > start ? 1 : 0);
        left -= found.end - block.from;
        if (left <= 0 || guesses.every((guess) => guess.isSettled)) break;
      }
    } finally {
      await source.close();
    }
  }
  return new Map(names.map((name, column) => [name, guesses[column] ?? new TypeGuess()]));
}

function see(guesses: readonly TypeGuess[], bytes: Buffer, { index, rows, width }: CsvRows, first: number): void {
  for (const [column, guess] of guesses.entries()) {
    for (let row = first; row < rows && !guess.isSettled; row++) {
      const at = 2 * (row * width + column);
      const from = index[at] ?? -1;
      if (from >= 0) guess.see(bytes, from, index[at + 1] ?? from);
    }
  }
}
