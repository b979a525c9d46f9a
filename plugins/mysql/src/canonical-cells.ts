import { cellChecker, encodeFloat, type Field, type Schema, type TextCells } from '@etl/sdk';
import type { RefusedCell } from '@etl/sql';

/** Kinds that the server may print in a way that is not canonical. */
const looked: ReadonlySet<string> = new Set(['float', 'boolean', 'date', 'time', 'timestamp']);

export interface CanonicalCells {
  readonly cells: TextCells;
  /** Cells that are none, as the server printed them. */
  readonly refused: readonly RefusedCell[];
}

const none: readonly RefusedCell[] = [];

/** Floats in their shortest form, and proof that times, dates and booleans are such. What no other database has is never bent into a value: it is refused. */
export function canonicalCells(schema: Schema): (cells: TextCells) => CanonicalCells {
  const columns = schema.fields.flatMap((field, at) =>
    looked.has(field.type.kind) ? [{ field, at, isCanonical: cellChecker(field.type) }] : [],
  );
  if (columns.length === 0) return (cells) => ({ cells, refused: none });
  return (cells) => {
    const patches = new Patches(cells);
    const refused: RefusedCell[] = [];
    const { bytes, index, stride } = cells;
    for (const { field, at, isCanonical } of columns)
      for (let entry = 2 * at; entry < index.length; entry += 2 * stride) {
        const from = index[entry] ?? -1;
        if (from < 0 || isCanonical(bytes, from, index[entry + 1] ?? from)) continue;
        if (field.type.kind === 'float') patches.set(entry, encodeFloat(Number(patches.text(entry)), field.type));
        else refused.push({ row: (entry - 2 * at) / (2 * stride), column: at, reason: reasonOf(field) });
      }
    return { cells: patches.done(), refused: refused.length === 0 ? none : refused };
  };
}

/** Cells that get another text: their bytes stand behind all others. */
class Patches {
  readonly #cells: TextCells;
  readonly #added: Buffer[] = [];
  #end: number;

  constructor(cells: TextCells) {
    this.#cells = cells;
    this.#end = cells.bytes.length;
  }

  text(entry: number): string {
    const { bytes, index } = this.#cells;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', index[entry], index[entry + 1]);
  }

  set(entry: number, text: string): void {
    const added = Buffer.from(text, 'latin1');
    this.#added.push(added);
    this.#cells.index[entry] = this.#end;
    this.#end += added.length;
    this.#cells.index[entry + 1] = this.#end;
  }

  done(): TextCells {
    if (this.#added.length === 0) return this.#cells;
    return { ...this.#cells, bytes: Buffer.concat([this.#cells.bytes, ...this.#added], this.#end) };
  }
}

function reasonOf({ name, type }: Field): string {
  switch (type.kind) {
    case 'boolean':
      return `Column ${name} is a TINYINT(1) and holds another number than 0 and 1 (tinyint1: integer in the connection reads it as a number)`;
    case 'time':
      return `Column ${name} holds a duration, negative or of a day and more, which is no time of day (time: text in the connection reads it as text)`;
    default:
      return `Column ${name} holds a date that no calendar has, such as 0000-00-00 (zero_dates: null in the connection reads those without a month or day as null)`;
  }
}
