import { cellChecker, encodeFloat, type FieldType } from '@etl/sdk';
import type { CellArea } from './cell-area.js';
import { exactDecimal, padDecimal } from './exact-decimal.js';
import { exactTime, exactTimestamp } from './exact-timestamp.js';

/** Brings the cell in `from..to` into canonical form where that changes no value: afterwards it is `area.from..area.to`. False: it does not fit the type. */
export type CellNormaliser = (area: CellArea, from: number, to: number) => boolean;

/** How far a text may be from canonical. `exponents`: `1e3` is a number (JSON), and `1.0` an integer. */
export function cellNormaliser(type: FieldType, { exponents }: { readonly exponents: boolean }): CellNormaliser {
  const isCanonical = cellChecker(type);
  const rewrite = rewriter(type, exponents);
  return (area, from, to) => (isCanonical(area.bytes, from, to) ? area.accept(from, to) : rewrite(area, from, to));
}

const never: CellNormaliser = () => false;

function rewriter(type: FieldType, exponents: boolean): CellNormaliser {
  switch (type.kind) {
    case 'boolean':
      return otherBoolean;
    case 'integer':
      return exponents ? wholeNumber(type) : never;
    case 'decimal': {
      const { precision, scale = 0 } = type;
      const rule = precision === undefined ? { exponents } : { precision, scale, exponents };
      return (area, from, to) =>
        (precision !== undefined && scale > 0 && padDecimal(area, from, to, precision, scale)) || exactDecimal(area, from, to, rule);
    }
    case 'float':
      return (area, from, to) => nearestFloat(area, from, to, type);
    case 'time':
      return (area, from, to) => exactTime(area, from, to, type.digits);
    case 'timestamp':
      return (area, from, to) => exactTimestamp(area, from, to, type);
    default:
      return never;
  }
}

function otherBoolean(area: CellArea, from: number, to: number): boolean {
  const word = to - from > 5 ? '' : area.latin1(from, to).toLowerCase();
  return (word === 'true' || word === 'false') && area.write(word);
}

function wholeNumber(type: FieldType): CellNormaliser {
  const isCanonical = cellChecker(type);
  return (area, from, to) =>
    exactDecimal(area, from, to, { precision: 39, scale: 0, exponents: true }) && isCanonical(area.bytes, area.from, area.to);
}

function nearestFloat(area: CellArea, from: number, to: number, type: FieldType & { kind: 'float' }): boolean {
  if (to - from > 4096) return false;
  const text = area.latin1(from, to);
  const special = /^(-)?(?:(nan)|inf(?:inity)?)$/i.exec(text);
  if (special !== null)
    return special[2] === undefined ? area.write(`${special[1] ?? ''}Infinity`) : special[1] === undefined && area.write('NaN');
  if (!/^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return false;
  const value = type.bits === 32 ? Math.fround(Number(text)) : Number(text);
  return Number.isFinite(value) && area.write(encodeFloat(value, type));
}

/** Bytes as text files hold them: `\x` and hexadecimal digits. Writes the bytes themselves. */
export function decodeHexadecimal(area: CellArea, from: number, to: number): boolean {
  const { bytes } = area;
  if (to - from < 2 || (to - from) % 2 !== 0 || bytes[from] !== 0x5c || bytes[from + 1] !== 0x78) return false;
  const at = area.reserve((to - from) >> 1);
  const written = area.bytes.write(area.bytes.toString('latin1', from + 2, to), at, 'hex');
  return written === (to - from - 2) >> 1 && area.wrote(at + written);
}
