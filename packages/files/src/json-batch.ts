import { isUtf8 } from 'node:buffer';
import { cellTexts, textBatch, typeName, type Batch, type Reject, type Schema } from '@etl/sdk';
import type { ColumnPass, DraftCells } from './column-pass.js';
import type { JsonCells, RecordFault } from './json-cells.js';
import { showBytes } from './show-bytes.js';

export interface JsonShape {
  readonly path: string;
  readonly part: string;
  readonly schema: Schema;
  readonly passes: readonly (ColumnPass | null)[];
  readonly transcoded: string | null;
}

/** Where a record of a block stands. */
export interface RecordPlace {
  readonly number: number;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

const replacement = Buffer.from('\uFFFD');
const longestShown = 1 << 16;

/** The records of one block: those that became rows and those that were refused, in their order. */
export class JsonRows {
  readonly #kept: RecordPlace[] = [];
  readonly #rejects: Reject[] = [];

  constructor(
    private readonly shape: JsonShape,
    private readonly cells: JsonCells,
    /** Whether all of the block is valid text. */
    private readonly isClean: boolean,
  ) {}

  get length(): number {
    return this.#kept.length + this.#rejects.length;
  }

  /** Takes the record that `cells` has just been shown. */
  take(place: RecordPlace): void {
    const fault = this.cells.fault ?? (this.isClean ? null : this.#encodingFault(place));
    if (fault !== null) {
      this.refuse(fault, place);
      return;
    }
    this.cells.keep();
    this.#kept.push(place);
  }

  refuse(fault: RecordFault, { number, line, from, to }: RecordPlace): void {
    const { bytes } = this.cells.area;
    this.#rejects.push({
      ...fault,
      values: [showBytes(bytes.subarray(from, Math.min(to, from + longestShown)))],
      origin: { part: this.shape.part, first: number },
      place: `${this.shape.path}:${line}`,
    });
  }

  #encodingFault({ from, to }: RecordPlace): RecordFault | null {
    const { transcoded } = this.shape;
    const record = this.cells.area.bytes.subarray(from, to);
    const isText = transcoded === null ? isUtf8(record) : !record.includes(replacement);
    return isText ? null : { reason: `The record is not valid ${transcoded ?? 'utf-8'}`, code: 'encoding' };
  }

  finish(first: number): { batch: Batch; rejects: Reject[] } {
    const { schema, passes, part } = this.shape;
    const { area, index, rows } = this.cells;
    const stride = schema.fields.length;
    const draft: DraftCells = { area, index: index.subarray(0, rows * stride * 2), stride, rows, bad: new Map(), changed: false };
    for (const [column, pass] of passes.entries()) pass?.(draft, column);
    for (const [row, column] of draft.bad) this.#misfit(draft, row, column);
    const kept = [...this.#kept.keys()].filter((row) => !draft.bad.has(row));
    const width = 2 * stride;
    let good = draft.index;
    if (draft.bad.size > 0) {
      good = new Int32Array(kept.length * width);
      for (const [to, row] of kept.entries()) good.set(draft.index.subarray(row * width, (row + 1) * width), to * width);
    }
    const hasHoles = this.#rejects.length > 0;
    const numbers = hasHoles ? Float64Array.from(kept, (row) => this.#kept[row]?.number ?? 0) : null;
    const origin = { part, first: numbers?.[0] ?? first, ...(numbers === null ? {} : { numbers }) };
    const rejects = this.#rejects.sort((a, b) => (a.origin?.first ?? 0) - (b.origin?.first ?? 0));
    return { batch: textBatch(schema, { bytes: area.bytes, index: good, stride }, { origin }), rejects };
  }

  #misfit({ area, index, stride }: DraftCells, row: number, column: number): void {
    const { schema, part, path } = this.shape;
    const { name = '', type = { kind: 'text' } as const } = schema.fields[column] ?? {};
    const place = this.#kept[row];
    this.#rejects.push({
      reason: `Column ${name} is ${typeName(type)}, which this value does not fit; \`columns: {${name}: text}\` keeps any value`,
      code: 'type',
      field: name,
      values: cellTexts(schema, { bytes: area.bytes, index, stride }, row),
      origin: { part, first: place?.number ?? 0 },
      place: `${path}:${place?.line ?? 0}`,
    });
  }
}
