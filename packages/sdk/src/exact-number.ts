/** How digits that do not fit are treated; without one of these they are a reason to refuse. */
export const roundings = ['half-up', 'half-even', 'half-down', 'down', 'up', 'floor', 'ceiling'] as const;
/** Ties: half-up away from zero, half-down towards zero, half-even to the even digit; down cuts towards zero, up goes away from zero. */
export type Rounding = (typeof roundings)[number];

/** A decimal number without loss: `digits` × 10^-`scale`, digits without leading zeros (zero is `0`). */
export interface ExactNumber {
  readonly negative: boolean;
  readonly digits: string;
  readonly scale: number;
}

export interface NumberNotation {
  /** The decimal mark; default a point. */
  readonly decimal?: string | undefined;
  /** The mark between groups of three digits; absent: none is allowed. A space also stands for a no-break space. */
  readonly thousands?: string | undefined;
}

/** Longer numbers are refused: `1e999999999` must not become a gigabyte of zeros. */
const longest = 1000;
const plain = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Reads plain or exponent notation; null: it is not a number, or one of more than 1,000 digits. */
export function parseExactNumber(text: string): ExactNumber | null {
  const match = plain.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole.length + fraction.length === 0) return null;
  const scale = fraction.length - Number(exponent);
  const digits = (whole + fraction).replace(/^0+(?=.)/, '');
  const size = Math.max(digits.length, digits.length - scale, scale);
  if (size > longest && digits !== '0') return null;
  return { negative: sign === '-' && digits !== '0', digits, scale: digits === '0' ? Math.min(Math.max(scale, 0), longest) : scale };
}

/** Turns another notation into the plain one, so that `1.234,50` reads as `1234.50`; null: groups or marks stand in the wrong place. */
export function plainNotation(text: string, { decimal = '.', thousands }: NumberNotation): string | null {
  const [whole = '', fraction, ...more] = text.split(decimal);
  if (more.length > 0) return null;
  if (fraction !== undefined && !/^\d*(?:[eE][+-]?\d+)?$/.test(fraction)) return null;
  const joined = thousands === undefined ? whole : joinGroups(whole, thousands);
  if (joined === null || !/^[+-]?\d*(?:[eE][+-]?\d+)?$/.test(joined)) return null;
  return fraction === undefined ? joined : `${joined}.${fraction}`;
}

function joinGroups(whole: string, mark: string): string | null {
  const groups = (mark === ' ' ? whole.replaceAll(/[\u00a0\u202f]/g, ' ') : whole).split(mark);
  const [first = '', ...rest] = groups;
  if (rest.length === 0) return whole;
  return /^[+-]?\d{1,3}$/.test(first) && rest.every((group) => /^\d{3}$/.test(group)) ? groups.join('') : null;
}

/** The number with exactly `scale` digits behind the point, as a whole number of its last digit; null: digits would be lost and no rounding is stated. */
export function scaleExactly(number: ExactNumber, scale: number, rounding?: Rounding): bigint | null {
  const surplus = number.scale - scale;
  const sign = number.negative ? -1n : 1n;
  if (surplus <= 0) return sign * BigInt(number.digits + '0'.repeat(number.digits === '0' ? 0 : -surplus));
  const padded = number.digits.padStart(surplus + 1, '0');
  const kept = BigInt(padded.slice(0, -surplus));
  const rest = padded.slice(-surplus);
  if (/^0*$/.test(rest)) return sign * kept;
  if (rounding === undefined) return null;
  return (
    sign * (kept + (roundsAway(rounding, { negative: number.negative, half: compareWithHalf(rest), even: kept % 2n === 0n }) ? 1n : 0n))
  );
}

function compareWithHalf(rest: string): -1 | 0 | 1 {
  const first = rest.charCodeAt(0) - 48;
  if (first !== 5) return first < 5 ? -1 : 1;
  return /^50*$/.test(rest) ? 0 : 1;
}

/** Whether a number with a rest that is not zero goes to the neighbour farther from zero. `half`: the rest compared with one half. */
export function roundsAway(rounding: Rounding, { negative, half, even }: { negative: boolean; half: -1 | 0 | 1; even: boolean }): boolean {
  switch (rounding) {
    case 'up':
      return true;
    case 'down':
      return false;
    case 'floor':
      return negative;
    case 'ceiling':
      return !negative;
    case 'half-up':
      return half >= 0;
    case 'half-down':
      return half > 0;
    case 'half-even':
      return half > 0 || (half === 0 && !even);
  }
}

/** `unscaled` × 10^-`scale` as canonical text: plain, exactly `scale` digits behind the point, no minus before zero. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Whether two numbers are the same, whatever zeros they are written with. */
export function sameNumber(a: ExactNumber, b: ExactNumber): boolean {
  const scale = Math.max(a.scale, b.scale, 0);
  return scaleExactly(a, scale) === scaleExactly(b, scale);
}

/**
 * Plain text such as `-12.5` with its fraction filled up to `scale` digits, without a detour over numbers: what most cells are. Null: the
 * text needs a closer look (signs, exponents, leading zeros, too many digits, zero with a minus, or no number at all).
 */
export function padDecimal(text: string, { scale, whole }: { scale: number; whole: number }): string | null {
  const { length } = text;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  const point = digitsEnd(text, start);
  if (point === start || point - start > whole || text.charCodeAt(start) === 48) return null;
  if (point === length) return scale === 0 ? text : `${text}.${'0'.repeat(scale)}`;
  const fraction = length - point - 1;
  if (text.charCodeAt(point) !== 46 || fraction === 0 || fraction > scale || digitsEnd(text, point + 1) !== length) return null;
  return fraction === scale ? text : text + '0'.repeat(scale - fraction);
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) break;
  }
  return at;
}
