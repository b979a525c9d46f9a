import { cellChecker, encodeFloat, exactCast, typeName, type Field, type Value } from '@etl/sdk';
import type { PatchBuffer } from '../patch-buffer.js';

/** A value that a script gave back does not fit its column. */
export class ValueFault extends Error {}

/** Writes values as canonical cells of a column, or throws ValueFault. */
export type CellWriter = (value: Value, patch: PatchBuffer) => void;

/** UTF-8 has no form for it: it would become U+FFFD silently. */
const loneSurrogate = /\p{Surrogate}/u;

/** The writer of a column. Text of decimals, dates and times is taken as exactly as `cast` takes it: '1.5' for decimal(12,2) is 1.50. */
export function cellWriter({ name, type }: Field): CellWriter {
  const fault = (found: string, hint: string): ValueFault =>
    new ValueFault(`column ${name} is ${typeName(type)}, but the script gave ${found}: ${hint}`);
  const cast = exactCast(type);
  const check = cellChecker(type);
  const writeText = (value: Value, patch: PatchBuffer, wanted: string): void => {
    if (typeof value !== 'string') throw fault(kindOf(value), wanted);
    const result = cast(value);
    if ('reason' in result) throw new ValueFault(`column ${name} ${result.reason} (${typeName(type)})`);
    patch.writeText(result.text);
  };
  switch (type.kind) {
    case 'boolean':
      return (value, patch) => {
        if (typeof value !== 'boolean') throw fault(kindOf(value), 'give true, false or null');
        patch.writeText(value ? 'true' : 'false');
      };
    case 'integer':
      return (value, patch) => {
        if (typeof value === 'number' && !Number.isSafeInteger(value))
          throw fault('a number that is no safe integer', 'give a bigint such as 12n');
        if (typeof value !== 'bigint' && typeof value !== 'number') throw fault(kindOf(value), 'give a bigint such as 12n');
        const text = Object.is(value, -0) ? '0' : String(value);
        const bytes = Buffer.from(text, 'latin1');
        if (!check(bytes, 0, bytes.length)) throw new ValueFault(`column ${name} is out of the range of ${typeName(type)}`);
        patch.writeText(text);
      };
    case 'float':
      return (value, patch) => {
        if (typeof value !== 'number') throw fault(kindOf(value), 'give a number');
        if (type.bits === 32 && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
          throw new ValueFault(`column ${name} is out of the range of float32`);
        patch.writeText(encodeFloat(value, type));
      };
    case 'bytes':
      return (value, patch) => {
        if (!(value instanceof Uint8Array)) throw fault(kindOf(value), 'give a Uint8Array');
        patch.write(value);
      };
    case 'decimal':
      return (value, patch) => {
        if (typeof value === 'bigint') writeText(String(value), patch, '');
        else writeText(value, patch, 'give text such as "12.50", which is exact, or a bigint');
      };
    case 'json':
      return (value, patch) => writeText(value, patch, 'give JSON.stringify(value)');
    case 'text':
      return (value, patch) => {
        if (typeof value === 'string' && loneSurrogate.test(value))
          throw fault('text with half a character', 'a surrogate stands alone in it');
        writeText(value, patch, 'give a text, for example String(value)');
      };
    default:
      return (value, patch) => writeText(value, patch, `give a text such as ${example(type.kind)}`);
  }
}

const example = (kind: Field['type']['kind']): string =>
  kind === 'date' ? '"2026-01-31"' : kind === 'time' ? '"23:59:00"' : '"2026-01-31 23:59:00"';

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'a Date';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' || typeof value === 'function'
    ? `an ${typeof value}`
    : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}
