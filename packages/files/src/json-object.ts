import { jsonNumberEnd, jsonStringEnd, jsonValueEnd, jsonWordEnd, skipJsonSpace } from '@etl/sdk';

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'nested';

/** Is told every member of an object. Spans of strings leave out the quotes. */
export interface MemberVisitor {
  member(key: { readonly from: number; readonly to: number }, kind: JsonKind, from: number, to: number): void;
}

const span = (from: number, to: number): { readonly from: number; readonly to: number } => ({ from, to });

/** Walks through the object whose brace is at `at`; answers its end, else `~fault` as the functions of json-text do. */
export function jsonObject(bytes: Uint8Array, at: number, end: number, visitor: MemberVisitor): number {
  let p = skipJsonSpace(bytes, at + 1, end);
  if (p < end && bytes[p] === 0x7d) return p + 1;
  for (;;) {
    if (p >= end || bytes[p] !== 0x22) return ~p;
    const keyEnd = jsonStringEnd(bytes, p, end);
    if (keyEnd < 0) return keyEnd;
    const key = span(p + 1, keyEnd - 1);
    p = skipJsonSpace(bytes, keyEnd, end);
    if (p >= end || bytes[p] !== 0x3a) return ~p;
    p = skipJsonSpace(bytes, p + 1, end);
    if (p >= end) return ~end;
    const from = p;
    const kind = kindAt(bytes[p] ?? 0);
    p = kind === 'string' ? jsonStringEnd(bytes, p, end) : valueEnd(bytes, p, end, kind);
    if (p < 0) return p;
    if (kind === 'string') visitor.member(key, kind, from + 1, p - 1);
    else visitor.member(key, kind, from, p);
    p = skipJsonSpace(bytes, p, end);
    if (p >= end) return ~end;
    if (bytes[p] === 0x7d) return p + 1;
    if (bytes[p] !== 0x2c) return ~p;
    p = skipJsonSpace(bytes, p + 1, end);
  }
}

function valueEnd(bytes: Uint8Array, at: number, end: number, kind: JsonKind): number {
  if (kind === 'number') return jsonNumberEnd(bytes, at, end);
  return kind === 'nested' ? jsonValueEnd(bytes, at, end, 1) : jsonWordEnd(bytes, at, end);
}

/** The kind of the value that begins with this byte. */
export function kindAt(byte: number): JsonKind {
  switch (byte) {
    case 0x22:
      return 'string';
    case 0x7b:
    case 0x5b:
      return 'nested';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}
