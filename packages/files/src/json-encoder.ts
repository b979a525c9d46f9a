import { cellsOf, type Batch, type FieldType, type Schema } from '@etl/sdk';
import { OutputBuffer, type RowEncoder } from './row-encoder.js';

/** Texts of control characters, quote and backslash in a JSON string; empty: as it is. */
const escaped = Array.from({ length: 256 }, (_, byte) => {
  if (byte !== 0x22 && byte !== 0x5c && byte >= 32) return null;
  return Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1));
});

type Way = 'verbatim' | 'float' | 'string' | 'json' | 'bytes';

const wayOf = ({ kind }: FieldType): Way => {
  if (kind === 'boolean' || kind === 'integer' || kind === 'decimal') return 'verbatim';
  if (kind === 'float' || kind === 'json' || kind === 'bytes') return kind;
  return 'string';
};

/** How records are put together: one a line, or as one array. */
interface Frame {
  readonly start: string;
  readonly between: string;
  readonly behind: string;
  readonly end: string;
  readonly endEmpty: string;
}

const frames: { readonly [name in 'json' | 'ndjson']: Frame } = {
  ndjson: { start: '', between: '', behind: '\n', end: '', endEmpty: '' },
  json: { start: '[', between: ',', behind: '', end: '\n]\n', endEmpty: ']\n' },
};

/** JSON with every digit of a number as it is; what JSON has no number for (NaN, Infinity) is a string, bytes are `\x` and hexadecimal digits. */
export function jsonEncoder(schema: Schema, format: 'json' | 'ndjson'): RowEncoder {
  const out = new OutputBuffer();
  const frame = frames[format];
  const keys = schema.fields.map(({ name }, column) => Buffer.from(`${column === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  const ways = schema.fields.map(({ type }) => wayOf(type));
  const fixed = keys.reduce((sum, key) => sum + key.length + 8, 8);
  return {
    start: () => Buffer.from(frame.start),
    encode(batch: Batch, { isFirst }) {
      const { bytes, index, stride } = cellsOf(schema, batch);
      for (let row = 0; row < batch.length; row++) {
        out.room(fixed);
        if (format === 'json') out.text(isFirst && row === 0 ? '\n' : `${frame.between}\n`);
        for (let column = 0; column < stride; column++) {
          const at = 2 * (row * stride + column);
          const from = index[at] ?? -1;
          writeMember(
            out,
            keys[column] ?? Buffer.alloc(0),
            ways[column] ?? 'string',
            from < 0 ? null : bytes.subarray(from, index[at + 1]),
          );
        }
        out.text(stride === 0 ? `{}${frame.behind}` : `}${frame.behind}`);
      }
      return out.take();
    },
    end: ({ isEmpty }) => Buffer.from(isEmpty ? frame.endEmpty : frame.end),
  };
}

function writeMember(out: OutputBuffer, key: Buffer, way: Way, cell: Uint8Array | null): void {
  out.room(key.length + 6 * (cell?.length ?? 0) + 8);
  out.length += key.copy(out.bytes, out.length);
  if (cell === null) out.length += out.bytes.write('null', out.length, 'latin1');
  else if (way === 'json') writeJson(out, cell);
  else if (way === 'bytes') out.length += out.bytes.write(`"\\\\x${Buffer.from(cell).toString('hex')}"`, out.length, 'latin1');
  else if (way === 'verbatim' || (way === 'float' && isNumber(cell))) {
    out.bytes.set(cell, out.length);
    out.length += cell.length;
  } else writeString(out, cell);
}

/** Whether a float is one that JSON can write: neither NaN nor infinite. */
const isNumber = (cell: Uint8Array): boolean => {
  const last = cell[cell.length - 1] ?? 0;
  return last >= 48 && last <= 57;
};

/** Line ends can stand only between the tokens of a JSON text: as spaces they mean the same, and do not cut a line in two. */
function writeJson(out: OutputBuffer, cell: Uint8Array): void {
  const { bytes } = out;
  let to = out.length;
  for (const byte of cell) bytes[to++] = byte === 10 || byte === 13 ? 32 : byte;
  out.length = to;
}

function writeString(out: OutputBuffer, cell: Uint8Array): void {
  const { bytes } = out;
  let to = out.length;
  bytes[to++] = 0x22;
  for (let at = 0; at < cell.length; at++) {
    const byte = cell[at] ?? 0;
    const escape = escaped[byte];
    if (escape === null || escape === undefined) bytes[to++] = byte;
    else to += escape.copy(bytes, to);
  }
  bytes[to++] = 0x22;
  out.length = to;
}
