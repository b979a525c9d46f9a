import { skipJsonSpace, type Chunk, EtlError } from '@etl/sdk';
import { BlockSource, type Block } from './block-source.js';
import { defaultBlock } from './csv-blocks.js';
import type { TextPosition } from './csv-format.js';
import type { Format, Guesses, ReadFile } from './format.js';
import { JsonGuess } from './json-guess.js';
import { jsonLayout } from './json-layout.js';
import { jsonObject } from './json-object.js';
import type { JsonReadOptions } from './json-options.js';
import { asJsonLayout, JsonReading, longestJson, type JsonLayout } from './json-reading.js';
import { limited } from './limited.js';
import { sampleRanges } from './sample-ranges.js';
import { openText, type SourceFile } from './source-file.js';
import { isUtf8Name } from './transcoding-reader.js';

/** One JSON object a line. */
export function ndjsonFormat({
  options,
  encoding,
  block = defaultBlock,
}: {
  options: JsonReadOptions;
  encoding?: string | undefined;
  block?: number;
}): Format {
  return {
    name: 'ndjson',
    layout: (file) => jsonLayout(file, encoding),
    names: () => null,
    guess: (file, layout, { budget, signal }) => guessNdjson(file, asJsonLayout(layout), { budget, signal, size: block }),
    read: (plan) => limited(plan.schema, readNdjson(plan, options, block), plan.limit),
  };
}

async function* readNdjson(plan: ReadFile, { extra }: JsonReadOptions, size: number): AsyncGenerator<Chunk> {
  const { file, after, signal } = plan;
  const { encoding, start } = asJsonLayout(plan.layout);
  const reading = new JsonReading(plan, extra);
  let position = (after as TextPosition | null) ?? { offset: start, row: 0, line: 1 };
  const source = new BlockSource(await openText(file, encoding, position.offset), { size, signal });
  try {
    for (let block = await source.next(); ;) {
      const end = lastLine(block, file.path, position.line);
      if (end > block.from) {
        const open = reading.open(block);
        const lines = readLines(open, block.from, end, position);
        const next = { offset: position.offset + end - block.from, row: position.row + open.rows.length, line: position.line + lines };
        yield reading.chunk(open, position, next);
        position = next;
      }
      if (block.final) return;
      block = await source.next(block.bytes.subarray(end, block.to));
    }
  } finally {
    await source.close();
  }
}

/** Behind the last line that is complete. */
function lastLine({ bytes, from, to, final }: Block, path: string, line: number): number {
  if (final) return to;
  const end = bytes.subarray(from, to).lastIndexOf(10);
  if (end < 0 && to - from > longestJson)
    throw new EtlError('DATA_INVALID', `A line of ${path} is longer than ${longestJson >> 20} MiB`, {
      place: { file: path, line },
      hint: 'Is it one JSON document? Then write `format: json`',
    });
  return from + end + 1;
}

function readLines({ cells, rows }: ReturnType<JsonReading['open']>, from: number, end: number, { row, line }: TextPosition): number {
  const { bytes } = cells.area;
  let lines = 0;
  for (let p = from; p < end; lines++) {
    const found = bytes.indexOf(10, p);
    const to = found < 0 || found >= end ? end : found;
    const at = skipJsonSpace(bytes, p, to);
    if (at < to) {
      const place = { number: row + rows.length, line: line + lines, from: at, to };
      cells.begin();
      const stop = bytes[at] === 0x7b ? jsonObject(bytes, at, to, cells) : ~at;
      if (stop >= 0 && skipJsonSpace(bytes, stop, to) === to) rows.take(place);
      else rows.refuse(lineFault(bytes, at, stop, to), place);
    }
    p = to + 1;
  }
  return lines;
}

function lineFault(bytes: Buffer, at: number, stop: number, to: number): { reason: string; code: string } {
  if (bytes[at] !== 0x7b) return { reason: 'The line is no JSON object', code: 'json' };
  const fault = stop < 0 ? ~stop : skipJsonSpace(bytes, stop, to);
  return {
    reason: fault >= to ? 'The JSON of the line is cut off' : `The JSON of the line is malformed at its byte ${fault - at + 1}`,
    code: 'json',
  };
}

interface GuessOptions {
  readonly budget: number;
  readonly signal: AbortSignal;
  readonly size: number;
}

async function guessNdjson(file: SourceFile, { encoding, start }: JsonLayout, { budget, signal, size }: GuessOptions): Promise<Guesses> {
  const guess = new JsonGuess();
  const canSeek = file.isSeekable && isUtf8Name(encoding);
  for (const { from, length } of sampleRanges(start, canSeek ? file.size : Infinity, budget)) {
    const source = new BlockSource(await openText(file, encoding, from), { size, signal });
    try {
      let left = length;
      for (let block = await source.next(); left > 0;) {
        const end = lastLine(block, file.path, 1);
        guess.bytes = block.bytes;
        // a malformed line is a reject of the read; a torn one at the start of a sample looks like one
        for (let p = block.from; p < end; p = lineEnd(block.bytes, p, end) + 1) {
          const at = skipJsonSpace(block.bytes, p, end);
          if (block.bytes[at] === 0x7b && at < end) jsonObject(block.bytes, at, lineEnd(block.bytes, at, end), guess);
        }
        left -= end - block.from;
        if (block.final) break;
        block = await source.next(block.bytes.subarray(end, block.to));
      }
    } finally {
      await source.close();
    }
  }
  return guess.guesses;
}

function lineEnd(bytes: Buffer, from: number, end: number): number {
  const found = bytes.indexOf(10, from);
  return found < 0 || found > end ? end : found;
}
