import { jsonValueEnd, type Chunk } from '@etl/sdk';
import { BlockSource, type Block } from './block-source.js';
import { defaultBlock } from './csv-blocks.js';
import type { TextPosition } from './csv-format.js';
import type { Format, Guesses, ReadFile } from './format.js';
import { jsonDocument, type RecordReader } from './json-document.js';
import { JsonGuess } from './json-guess.js';
import { jsonLayout } from './json-layout.js';
import { jsonObject } from './json-object.js';
import type { JsonReadOptions } from './json-options.js';
import { asJsonLayout, JsonReading, type JsonLayout } from './json-reading.js';
import { limited } from './limited.js';
import { openText, type SourceFile } from './source-file.js';

export interface JsonFormatOptions {
  readonly options: JsonReadOptions;
  readonly encoding?: string | undefined;
  readonly block?: number;
}

/** A JSON document that is, or holds, an array of records. Memory stays flat however many there are. */
export function jsonFormat({ options, encoding, block = defaultBlock }: JsonFormatOptions): Format {
  return {
    name: 'json',
    layout: (file) => jsonLayout(file, encoding),
    names: () => null,
    guess: (file, layout, { budget, signal }) => guessJson(file, asJsonLayout(layout), options, { budget, signal, size: block }),
    read: (plan) => limited(plan.schema, readJson(plan, options, block), plan.limit),
  };
}

async function* readJson(plan: ReadFile, { records, extra }: JsonReadOptions, size: number): AsyncGenerator<Chunk> {
  const { file, after, signal } = plan;
  const { encoding, start } = asJsonLayout(plan.layout);
  const reading = new JsonReading(plan, extra);
  let position = (after as TextPosition | null) ?? { offset: start, row: 0, line: 1 };
  let base = position.offset;
  /** What the block at hand holds, if it holds records. */
  const blocks: ReturnType<JsonReading['open']>[] = [];
  const open = (block: Block): RecordReader => {
    const opened = reading.open(block);
    blocks.push(opened);
    return (at, to, line) => readRecord(opened, { at, to, line, row: position.row });
  };
  const source = new BlockSource(await openText(file, encoding, position.offset), { size, signal });
  try {
    for await (const { block, end, line, consumed } of jsonDocument(source, {
      path: file.path,
      records,
      after: after === null ? null : position,
      open,
    })) {
      const opened = blocks.pop();
      if (opened !== undefined && end > block.from) {
        const next = { offset: base + end - block.from, row: position.row + opened.rows.length, line };
        yield reading.chunk(opened, position, next);
        position = next;
      }
      base += consumed;
    }
  } finally {
    await source.close();
  }
}

interface RecordAt {
  readonly at: number;
  readonly to: number;
  readonly line: number;
  /** Number of the block's first record. */
  readonly row: number;
}

function readRecord({ cells, rows }: ReturnType<JsonReading['open']>, { at, to, line, row }: RecordAt): number {
  const { bytes } = cells.area;
  const isObject = bytes[at] === 0x7b;
  cells.begin();
  const end = isObject ? jsonObject(bytes, at, to, cells) : scalarEnd(bytes, at, to);
  if (end < 0) return end;
  const place = { number: row + rows.length, line, from: at, to: end };
  if (isObject) rows.take(place);
  else rows.refuse({ reason: 'The record is no JSON object', code: 'json' }, place);
  return end;
}

/** The end of a value that is no object; a number that ends with the block may go on. */
function scalarEnd(bytes: Buffer, at: number, to: number): number {
  const end = jsonValueEnd(bytes, at, to);
  return end === to ? ~to : end;
}

interface GuessOptions {
  readonly budget: number;
  readonly signal: AbortSignal;
  readonly size: number;
}

async function guessJson(
  file: SourceFile,
  { encoding, start }: JsonLayout,
  { records }: JsonReadOptions,
  { budget, signal, size }: GuessOptions,
): Promise<Guesses> {
  const guess = new JsonGuess();
  const open = ({ bytes }: Block): RecordReader => {
    guess.bytes = bytes;
    return (at, to) => {
      if (bytes[at] !== 0x7b) return scalarEnd(bytes, at, to);
      const end = jsonValueEnd(bytes, at, to);
      if (end >= 0) jsonObject(bytes, at, to, guess);
      return end;
    };
  };
  const source = new BlockSource(await openText(file, encoding, start), { size, signal });
  try {
    let left = budget;
    // nobody can know what is a record in the middle of a document, so only its start is looked at
    for await (const { consumed } of jsonDocument(source, { path: file.path, records, after: null, open })) {
      left -= consumed;
      if (left <= 0) break;
    }
  } finally {
    await source.close();
  }
  return guess.guesses;
}
