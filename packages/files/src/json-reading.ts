import { isUtf8 } from 'node:buffer';
import { EtlError, type Chunk, type Json } from '@etl/sdk';
import type { Block } from './block-source.js';
import { CellArea } from './cell-area.js';
import { columnPass } from './column-pass.js';
import type { TextPosition } from './csv-format.js';
import type { ReadFile } from './format.js';
import { JsonRows, type JsonShape } from './json-batch.js';
import { JsonCells } from './json-cells.js';
import type { ExtraPolicy } from './json-options.js';
import { isUtf8Name } from './transcoding-reader.js';

/** What JSON reading has to know of one file. */
export type JsonLayout = { readonly encoding: string; readonly start: number };

/** Layouts are made by the format alone, and plans give them back as they were. */
export const asJsonLayout = (layout: Json): JsonLayout => layout as JsonLayout;

/** Longest record, and longest value before the records. */
export const longestJson = 1 << 26;

const replacement = Buffer.from('\uFFFD');

/** What stays the same from block to block of one file. */
export class JsonReading {
  readonly shape: JsonShape;
  readonly #extras: { readonly policy: ExtraPolicy; readonly leftOut: ReadonlySet<string> };
  #bytesPerRecord = 64;

  constructor({ file, layout, schema, part, leftOut }: ReadFile, policy: ExtraPolicy) {
    this.#extras = leftOut === 'all' ? { policy: 'ignore', leftOut: new Set() } : { policy, leftOut: new Set(leftOut) };
    const { encoding } = asJsonLayout(layout);
    this.shape = {
      path: file.path,
      part,
      schema,
      passes: schema.fields.map(({ type }) => columnPass(type, { exponents: true })),
      transcoded: isUtf8Name(encoding) ? null : encoding,
    };
  }

  /** An empty set of rows for a block. */
  open(block: Block): { readonly cells: JsonCells; readonly rows: JsonRows } {
    const body = block.bytes.subarray(block.from, block.to);
    const isClean = this.shape.transcoded === null ? isUtf8(body) : !body.includes(replacement);
    const cells = new JsonCells(
      this.shape.schema,
      this.#extras,
      new CellArea(block.bytes, block.to),
      Math.ceil(body.length / this.#bytesPerRecord),
    );
    return { cells, rows: new JsonRows(this.shape, cells, isClean) };
  }

  /** The chunk of a block. Throws SCHEMA_MISMATCH where keys were met that are no columns. */
  chunk({ cells, rows }: { cells: JsonCells; rows: JsonRows }, before: TextPosition, after: TextPosition): Chunk {
    if (this.#extras.policy === 'stop' && cells.extra.size > 0) throw this.#extraKeys([...cells.extra], before.line);
    const bytes = after.offset - before.offset;
    if (rows.length > 0) this.#bytesPerRecord = Math.max(8, bytes / rows.length);
    return { ...rows.finish(before.row), position: after, bytes };
  }

  #extraKeys(keys: readonly string[], line: number): EtlError {
    const { path } = this.shape;
    const shown = keys.slice(0, 8).join(', ') + (keys.length > 8 ? ` and ${keys.length - 8} more` : '');
    return new EtlError(
      'SCHEMA_MISMATCH',
      `${path} has records with ${keys.length === 1 ? 'a key that is no column' : 'keys that are no columns'}: ${shown}`,
      {
        place: { file: path, line },
        hint: `Add ${keys.length === 1 ? 'it' : 'them'} to the columns (schemas.yaml, or \`columns: {${keys[0] ?? ''}: text}\`), or write \`extra: ignore\` or \`extra: reject\``,
      },
    );
  }
}

/** Line ends in a range. */
export function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) if (bytes[at] === 10) lines++;
  return lines;
}
