import { EtlError, typeName, type Schema } from '@etl/sdk';
import type { CellArea } from './cell-area.js';
import type { JsonKind, MemberVisitor } from './json-object.js';
import type { ExtraPolicy } from './json-options.js';
import { hasEscape, unescapeJson } from './json-string.js';
import { showBytes } from './show-bytes.js';

/** Why a record is refused. */
export interface RecordFault {
  readonly reason: string;
  readonly code: string;
  readonly field?: string;
}

/** Writes the members of records as cells. `begin` a row, walk the object, then `fault` says whether it is one. */
export class JsonCells implements MemberVisitor {
  index: Int32Array;
  rows = 0;
  fault: RecordFault | null = null;
  /** Keys that are no columns, of all records so far. */
  readonly extra = new Set<string>();
  readonly #keys: readonly Buffer[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #isVerbatim: readonly boolean[];
  /** The record in which each column was met last. */
  readonly #met: Int32Array;
  #record = 0;
  #next = 0;

  constructor(
    private readonly schema: Schema,
    private readonly extras: { readonly policy: ExtraPolicy; readonly leftOut: ReadonlySet<string> },
    readonly area: CellArea,
    expectedRows: number,
  ) {
    const { fields } = schema;
    this.#keys = fields.map(({ name }) => Buffer.from(name));
    this.#positions = new Map(fields.map(({ name }, column) => [name, column]));
    this.#isVerbatim = fields.map(({ type }) => type.kind === 'json');
    this.#met = new Int32Array(fields.length);
    this.index = new Int32Array(Math.max(16, expectedRows) * fields.length * 2);
  }

  begin(): void {
    const width = this.schema.fields.length * 2;
    const needed = (this.rows + 1) * width;
    if (needed > this.index.length) {
      const larger = new Int32Array(needed * 2);
      larger.set(this.index);
      this.index = larger;
    }
    this.index.fill(-1, this.rows * width, needed);
    this.#record++;
    this.#next = 0;
    this.fault = null;
  }

  keep(): void {
    this.rows++;
  }

  member(key: { readonly from: number; readonly to: number }, kind: JsonKind, from: number, to: number): void {
    const column = this.#column(key);
    if (column < 0) return;
    this.#next = column + 1;
    if (this.#met[column] === this.#record) this.#refuse('The key stands twice in the record', 'duplicate key', column);
    this.#met[column] = this.#record;
    if (kind === 'null') return;
    const at = 2 * (this.rows * this.schema.fields.length + column);
    const isText = kind === 'string';
    if (this.#isVerbatim[column] === true) {
      this.index[at] = isText ? from - 1 : from;
      this.index[at + 1] = isText ? to + 1 : to;
      return;
    }
    if (kind === 'nested') {
      this.#refuse(
        `Column ${this.#name(column)} is ${this.#type(column)}, but the value is nested; \`columns: {${this.#name(column)}: json}\` keeps it`,
        'type',
        column,
      );
      return;
    }
    if (isText && hasEscape(this.area.bytes, from, to)) {
      if (!unescapeJson(this.area, from, to)) {
        this.#refuse(`Column ${this.#name(column)} holds half a surrogate pair, which is no text`, 'encoding', column);
        return;
      }
      this.index[at] = this.area.from;
      this.index[at + 1] = this.area.to;
    } else {
      this.index[at] = from;
      this.index[at + 1] = to;
    }
  }

  #column({ from, to }: { readonly from: number; readonly to: number }): number {
    const { bytes } = this.area;
    const expected = this.#keys[this.#next];
    if (expected !== undefined && isSame(bytes, from, to, expected)) return this.#next;
    const key = keyText(bytes, from, to);
    const column = this.#positions.get(key);
    if (column !== undefined) return column;
    const { policy, leftOut } = this.extras;
    if (policy === 'ignore' || leftOut.has(key)) return -1;
    this.extra.add(key);
    if (policy === 'reject') this.fault ??= { reason: 'The record has a key that is no column', code: 'extra key', field: key };
    return -1;
  }

  #refuse(reason: string, code: string, column: number): void {
    this.fault ??= { reason, code, field: this.#name(column) };
  }

  #name(column: number): string {
    return this.schema.fields[column]?.name ?? '';
  }

  #type(column: number): string {
    return typeName(this.schema.fields[column]?.type ?? { kind: 'text' });
  }
}

function isSame(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  const { length } = text;
  if (to - from !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== text[at]) return false;
  return true;
}

/** A key as text. Throws DATA_INVALID where it is none. */
export function keyText(bytes: Buffer, from: number, to: number): string {
  const raw = bytes.subarray(from, to);
  const shown = showBytes(raw);
  if (!raw.includes(0x5c)) return shown;
  const key: unknown = JSON.parse(`"${shown}"`);
  if (typeof key === 'string' && Buffer.from(key).toString() === key) return key;
  throw new EtlError('DATA_INVALID', 'A key holds half a surrogate pair, which is no text');
}
