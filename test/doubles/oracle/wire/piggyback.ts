import type { ByteReader } from './byte-reader.js';
import { skipFreedLobs } from './lob-request.js';

/** What the driver says beside a call, in front of it. */
export type Piggyback =
  { readonly kind: 'close'; readonly cursors: readonly number[] } | { readonly kind: 'schema' | 'module'; readonly name: string } | null;

const piggyback = { closeCursors: 105, cancelCursors: 120, endToEnd: 135, setSchema: 152, lobs: 96 };

export function readPiggyback(reader: ByteReader): Piggyback {
  const code = reader.byte();
  reader.byte();
  switch (code) {
    case piggyback.closeCursors:
    case piggyback.cancelCursors: {
      reader.byte();
      const cursors = Array.from({ length: reader.integer() }, () => reader.integer());
      return code === piggyback.closeCursors ? { kind: 'close', cursors } : null;
    }
    case piggyback.setSchema:
      reader.byte();
      reader.integer();
      return { kind: 'schema', name: reader.text() };
    case piggyback.lobs:
      skipFreedLobs(reader);
      return null;
    case piggyback.endToEnd:
      return readEndToEnd(reader);
    default:
      throw new RangeError(`The double knows no piggyback ${code}`);
  }
}

/** Client identifier, module, action and their like: lengths first, then the texts. */
function readEndToEnd(reader: ByteReader): Piggyback {
  reader.skipBytes(2);
  reader.integer();
  const lengths: number[] = [];
  const length = (): void => {
    reader.byte();
    lengths.push(reader.integer());
  };
  for (let index = 0; index < 4; index++) length();
  reader.byte();
  reader.integer();
  length();
  reader.byte();
  reader.integer();
  reader.byte();
  reader.integer();
  length();
  const texts = lengths.map((size) => (size > 0 ? reader.text() : ''));
  const module = texts[1] ?? '';
  return module === '' ? null : { kind: 'module', name: module };
}
