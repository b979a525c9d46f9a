import { isUtf8 } from 'node:buffer';
import { textBatch, typeName, type Batch, type Reject, type Schema } from '@etl/sdk';
import type { Block } from './block-source.js';
import { CellArea } from './cell-area.js';
import type { ColumnPass, DraftCells } from './column-pass.js';
import { isStandard, type CsvDialect } from './csv-dialect.js';
import { csvRecord, recordEnd } from './csv-record.js';
import type { BadRecord, CsvRows } from './csv-rows.js';

/** What does not change from block to block of one file. */
export interface CsvShape {
  readonly path: string;
  readonly part: string;
  readonly dialect: CsvDialect;
  /** Cells in a record of the file. */
  readonly names: readonly string[];
  readonly schema: Schema;
  /** For each column of the schema its cell in the record. */
  readonly cells: readonly number[];
  readonly passes: readonly (ColumnPass | null)[];
  /** Whether the text was decoded from another encoding. */
  readonly transcoded: string | null;
}

export interface BlockStart {
  /** Number of the first row. */
  readonly row: number;
  /** Line of the first byte, 1-based. */
  readonly line: number;
}

const replacement = Buffer.from('\uFFFD');

/** A block's rows as a batch of canonical cells; rows that do not fit are rejects in their place. */
export function csvBatch(shape: CsvShape, block: Block, found: CsvRows, start: BlockStart): { batch: Batch; rejects: Reject[] } {
  const { schema, passes, dialect, part } = shape;
  // the scanner wrote two line ends behind the block
  const area = new CellArea(block.bytes, block.to + 2);
  unescape(area, found, dialect.quote);
  const bad = badText(shape, area, block, found);
  const isWhole = shape.cells.length === shape.names.length && shape.cells.every((cell, column) => cell === column);
  const index = isWhole ? found.index.subarray(0, found.rows * found.width * 2) : project(found, shape.cells);
  const draft: DraftCells = { area, index, stride: schema.fields.length, rows: found.rows, bad, changed: false };
  for (const [column, pass] of passes.entries()) pass?.(draft, column);
  const numbers = found.bad.length > 0 || bad.size > 0 ? numbersOf(found, start.row, bad) : null;
  const isRaw = isWhole && !draft.changed && numbers === null && shape.transcoded === null && isStandard(dialect) && isRawText(found);
  const cells = { bytes: area.bytes, index: bad.size === 0 ? index : keepGood(draft), stride: draft.stride };
  const origin = { part, first: numbers?.[0] ?? start.row, ...(numbers === null ? {} : { numbers }) };
  const csv = isRaw ? rawText(block, found) : undefined;
  return {
    batch: textBatch(schema, cells, { origin, ...(csv === undefined ? {} : { csv }) }),
    rejects: found.bad.length > 0 || bad.size > 0 ? rejectsOf(shape, block, found, { start, bad }) : [],
  };
}

/** Copies cells with doubled quotes to where they can stand with single ones. */
function unescape(area: CellArea, { doubled, index }: CsvRows, quote: number): void {
  for (const at of doubled) {
    const from = index[at] ?? 0;
    const to = index[at + 1] ?? 0;
    let end = area.reserve(to - from);
    const { bytes } = area;
    for (let p = from; p < to; p++) {
      const byte = bytes[p] ?? 0;
      bytes[end++] = byte;
      if (byte === quote) p++;
    }
    area.wrote(end);
    index[at] = area.from;
    index[at + 1] = area.to;
  }
}

/** Rows with text that is not valid in the file's encoding: -1 stands for the whole row. */
function badText(
  { transcoded, cells }: CsvShape,
  { bytes }: CellArea,
  block: Block,
  { index, rows, width, end }: CsvRows,
): Map<number, number> {
  const bad = new Map<number, number>();
  const body = block.bytes.subarray(block.from, end);
  const isClean = transcoded === null ? isUtf8(body) : !body.includes(replacement);
  if (isClean) return bad;
  for (let row = 0; row < rows; row++) {
    for (let cell = 0; cell < width; cell++) {
      const at = 2 * (row * width + cell);
      const from = index[at] ?? -1;
      if (from < 0) continue;
      const text = bytes.subarray(from, index[at + 1]);
      if (transcoded === null ? isUtf8(text) : !text.includes(replacement)) continue;
      if (cells.includes(cell) && !bad.has(row)) bad.set(row, -1 - cell);
    }
  }
  return bad;
}

function project({ index, rows, width }: CsvRows, cells: readonly number[]): Int32Array {
  const projected = new Int32Array(rows * cells.length * 2);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (const cell of cells) {
      const at = 2 * (row * width + cell);
      projected[to++] = index[at] ?? -1;
      projected[to++] = index[at + 1] ?? -1;
    }
  }
  return projected;
}

function keepGood({ index, stride, rows, bad }: DraftCells): Int32Array {
  const width = 2 * stride;
  const kept = new Int32Array((rows - bad.size) * width);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    if (bad.has(row)) continue;
    kept.set(index.subarray(row * width, (row + 1) * width), to);
    to += width;
  }
  return kept;
}

function numbersOf({ rows, bad: broken }: CsvRows, first: number, bad: ReadonlyMap<number, number>): Float64Array {
  const numbers = new Float64Array(rows - bad.size);
  let before = 0;
  let to = 0;
  for (let row = 0; row < rows; row++) {
    while ((broken[before]?.after ?? Infinity) <= row) before++;
    if (!bad.has(row)) numbers[to++] = first + row + before;
  }
  return numbers;
}

/** Whether the text of these rows reads the same everywhere. A blank line as the only cell of a row does not. */
const isRawText = ({ odd, carriageReturns, rows, width }: CsvRows): boolean =>
  !odd && width > 1 && (carriageReturns === 0 || carriageReturns === rows);

function rawText(block: Block, { end, carriageReturns }: CsvRows): Uint8Array | undefined {
  const isEnded = block.bytes[end - 1] === 10;
  if (isEnded) return block.bytes.subarray(block.from, end);
  // the last row of the file has no line end, but the scanner wrote one behind it
  return carriageReturns === 0 ? block.bytes.subarray(block.from, end + 1) : undefined;
}

interface Refused {
  readonly start: BlockStart;
  readonly bad: ReadonlyMap<number, number>;
}

function rejectsOf(shape: CsvShape, block: Block, found: CsvRows, { start, bad }: Refused): Reject[] {
  const { dialect, part, path } = shape;
  const rejects: Reject[] = found.bad.map((record, before) => ({
    ...fault(record, found.width),
    values: csvRecord(block.bytes, record.from, record.to, dialect),
    origin: { part, first: start.row + record.after + before },
    place: `${path}:${start.line + record.line}`,
  }));
  let before = 0;
  for (const [row, column] of [...bad].sort(([a], [b]) => a - b)) {
    while ((found.bad[before]?.after ?? Infinity) <= row) before++;
    const from = found.starts[row] ?? 0;
    const to = row + 1 < found.rows ? (found.starts[row + 1] ?? found.end) : found.end;
    const texts = csvRecord(block.bytes, from, recordTo(block.bytes, { found, from, to, dialect }), dialect);
    rejects.push({
      ...misfit(shape, column),
      values: shape.cells.map((cell) => texts[cell] ?? null),
      origin: { part, first: start.row + row + before },
      place: `${path}:${start.line + found.lineOf(row)}`,
    });
  }
  return rejects.sort((a, b) => (a.origin?.first ?? 0) - (b.origin?.first ?? 0));
}

interface RecordSpan {
  readonly found: CsvRows;
  readonly from: number;
  /** Where the next row begins. */
  readonly to: number;
  readonly dialect: CsvDialect;
}

/** Where a record ends: broken records, blank lines and comments may stand between it and the next row. */
function recordTo(bytes: Uint8Array, { found: { bad }, from, to, dialect }: RecordSpan): number {
  const until = bad.find((record) => record.from > from && record.from < to)?.from ?? to;
  return recordEnd(bytes.subarray(0, until), from, dialect)?.end ?? until;
}

function fault({ fault, cells }: BadRecord, width: number): { reason: string; code: string } {
  if (fault === 'ragged')
    return { reason: `The row has ${cells} ${cells === 1 ? 'cell' : 'cells'}, but there are ${width} columns`, code: 'ragged' };
  if (fault === 'open quote') return { reason: 'A quote is opened and never closed', code: 'quote' };
  return { reason: 'There is text behind a closing quote', code: 'quote' };
}

function misfit({ schema, names, transcoded }: CsvShape, column: number): { reason: string; code: string; field: string } {
  if (column < 0) {
    const field = names[-1 - column] ?? '';
    return {
      reason: `Column ${field} is not valid ${transcoded ?? 'utf-8'}; state the encoding if it is another one`,
      code: 'encoding',
      field,
    };
  }
  const { name = '', type = { kind: 'text' } as const } = schema.fields[column] ?? {};
  return {
    reason: `Column ${name} is ${typeName(type)}, which this value does not fit; \`columns: {${name}: text}\` keeps any value`,
    code: 'type',
    field: name,
  };
}
