import { cellChecker, encodeFloat, EtlError, type Field, type Schema, type TextCells } from '@etl/sdk';

/** Kinds that the server may print in a way that is not canonical. */
const looked: ReadonlySet<string> = new Set(['float', 'boolean', 'date', 'time', 'timestamp']);

/**
 * Floats in their shortest form, and proof that times, dates and booleans are such. Throws DATA_INVALID that names the column for a value that no other
 * database has: it is never bent into one.
 */
export function canonicalCells(schema: Schema): (cells: TextCells) => TextCells {
  const columns = schema.fields.flatMap((field, at) =>
    looked.has(field.type.kind) ? [{ field, at, isCanonical: cellChecker(field.type) }] : [],
  );
  if (columns.length === 0) return (cells) => cells;
  return (cells) => {
    const patches = new Patches(cells);
    const { bytes, index, stride } = cells;
    for (const { field, at, isCanonical } of columns)
      for (let entry = 2 * at; entry < index.length; entry += 2 * stride) {
        const from = index[entry] ?? -1;
        if (from < 0 || isCanonical(bytes, from, index[entry + 1] ?? from)) continue;
        if (field.type.kind !== 'float') throw uncanonical(field);
        patches.set(entry, encodeFloat(Number(patches.text(entry)), field.type));
      }
    return patches.done();
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

function uncanonical({ name, type }: Field): EtlError {
  switch (type.kind) {
    case 'boolean':
      return new EtlError('DATA_INVALID', `Column ${name} is a TINYINT(1) and holds another number than 0 and 1`, {
        hint: 'Write tinyint1: integer in the connection to read such columns as numbers',
      });
    case 'time':
      return new EtlError('DATA_INVALID', `Column ${name} holds a duration, negative or of a day and more, which is no time of day`, {
        hint: 'Write time: text in the connection to read such columns as text',
      });
    default:
      return new EtlError('DATA_INVALID', `Column ${name} holds a date without a year, month or day, such as 0000-00-00`, {
        hint: 'Write zero_dates: null in the connection to read them as null, or leave them out with where',
      });
  }
}
