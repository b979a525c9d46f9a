import { EtlError } from './error.js';
import { typeName } from './type-name.js';
import type { Field, FieldType } from './schema.js';
import type { Value } from './value.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Decodes one canonical cell. `bytes` is the cell alone. */
export function decodeCell(type: FieldType, bytes: Uint8Array): Value {
  if (type.kind === 'bytes') return bytes;
  const cell = decoder.decode(bytes);
  switch (type.kind) {
    case 'boolean':
      return cell === 'true';
    case 'integer':
      return BigInt(cell);
    case 'float':
      return decodeFloat(cell);
    default:
      return cell;
  }
}

/** Reads `NaN`, `Infinity`, `-Infinity` or a decimal number. */
export const decodeFloat = (cell: string): number => Number(cell);

/** Encodes one value as a canonical cell; null stays null. Throws DATA_INVALID where the value is not of the type. */
export function encodeCell(field: Field, value: Value): Uint8Array | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) {
    if (field.type.kind === 'bytes') return value;
    throw wrongType(field, 'bytes');
  }
  const fits = valueFits(field.type, value);
  if (!fits) throw wrongType(field, typeof value);
  return encoder.encode(typeof value === 'number' ? encodeFloat(value, field.type) : String(value));
}

/** The shortest text that reads back as the same float: exponent only where JavaScript writes one. */
export function encodeFloat(value: number, type: FieldType): string {
  if (Object.is(value, -0)) return '-0';
  if (type.kind === 'float' && type.bits === 32) return shortestFloat32(Math.fround(value));
  return String(value);
}

function shortestFloat32(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = value.toPrecision(digits);
    if (Math.fround(Number(candidate)) === Math.fround(value)) return String(Number(candidate));
  }
  return String(value);
}

function valueFits(type: FieldType, value: Exclude<Value, null | Uint8Array>): boolean {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
    case 'float':
      return typeof value === 'number';
    case 'bytes':
      return false;
    default:
      return typeof value === 'string';
  }
}

const wrongType = (field: Field, found: string): EtlError =>
  new EtlError('DATA_INVALID', `Column ${field.name} is ${typeName(field.type)}, but the value is ${found}`);
