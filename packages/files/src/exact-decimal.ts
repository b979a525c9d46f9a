import type { CellArea } from './cell-area.js';

export interface DecimalRule {
  /** Absent: the value keeps its own scale. */
  readonly precision?: number;
  readonly scale?: number;
  /** Whether `1e3` is a number here (JSON), not perhaps a code (CSV). */
  readonly exponents: boolean;
}

const zero = 48;
const point = 46;

/**
 * Writes the number in `from..to` as canonical decimal text of the rule, or answers false where it is none or would lose a digit.
 * `.5` and, with `exponents`, `1e-2` are numbers; `+1`, `007` and `5.` are not.
 */
export function exactDecimal(area: CellArea, from: number, to: number, { precision, scale, exponents }: DecimalRule): boolean {
  const match = /^(-?)(0|[1-9]\d*)?(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(to - from > 4096 ? '' : area.latin1(from, to));
  if (match === null) return false;
  const [, sign = '', whole = '', fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return false;
  if (exponent !== undefined && !exponents) return false;
  const digits = shifted(whole, fraction, Number(exponent ?? 0));
  const behind =
    scale === undefined ? (exponent === undefined ? digits.fraction : dropZeros(digits.fraction)) : fitted(digits.fraction, scale);
  if (behind === null) return false;
  if (precision !== undefined && digits.whole !== '0' && digits.whole.length > precision - (scale ?? 0)) return false;
  const negative = sign === '-' && /[1-9]/.test(digits.whole + behind);
  return area.write(`${negative ? '-' : ''}${digits.whole}${behind === '' ? '' : `.${behind}`}`);
}

function shifted(whole: string, fraction: string, exponent: number): { whole: string; fraction: string } {
  const left = exponent < 0 ? whole.padStart(-exponent + 1, '0') : whole + fraction.slice(0, exponent).padEnd(exponent, '0');
  const cut = exponent < 0 ? left.length + exponent : left.length;
  return {
    whole: left.slice(0, cut).replace(/^0+(?=\d)/, '') || '0',
    fraction: exponent < 0 ? left.slice(cut) + fraction : fraction.slice(exponent),
  };
}

const dropZeros = (fraction: string): string => fraction.replace(/0+$/, '');

/** The fraction with exactly `scale` digits; null: it has more that are not zero. */
function fitted(fraction: string, scale: number): string | null {
  return fraction.length > scale && /[1-9]/.test(fraction.slice(scale)) ? null : fraction.slice(0, scale).padEnd(scale, '0');
}

/** Fills up `12.5` to the scale of a column without a detour through a string: by far the most frequent case. Answers false where it is another one. */
export function padDecimal(area: CellArea, from: number, to: number, precision: number, scale: number): boolean {
  const { bytes } = area;
  const start = bytes[from] === 45 ? from + 1 : from;
  let at = start;
  while (at < to && isDigit(bytes[at] ?? 0)) at++;
  if (at === start || (bytes[start] === zero && (at > start + 1 || start > from)) || at - start > precision - scale) return false;
  const fraction = at < to ? to - at - 1 : 0;
  if (at < to && (bytes[at] !== point || fraction === 0 || fraction >= scale)) return false;
  for (let digit = at + 1; digit < to; digit++) if (!isDigit(bytes[digit] ?? 0)) return false;
  const begin = area.reserve(to - from + scale + 1);
  const { bytes: target } = area;
  let end = begin;
  for (let byte = from; byte < to; byte++) target[end++] = target[byte] ?? 0;
  if (at === to) target[end++] = point;
  for (let missing = fraction; missing < scale; missing++) target[end++] = zero;
  return area.wrote(end);
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
