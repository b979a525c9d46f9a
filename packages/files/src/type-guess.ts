import { isDate, type FieldType } from '@etl/sdk';
import { parseTimestamp } from './exact-timestamp.js';

/** What a cell could be. */
const bit = {
  integer: 1,
  decimal: 2,
  float: 4,
  special: 8,
  boolean: 16,
  date: 32,
  timestamp: 64,
  timestamptz: 128,
  text: 256,
  nested: 512,
} as const;

const highestInteger = '9223372036854775807';
const text: FieldType = { kind: 'text' };

/**
 * The narrowest type that damages no cell of a column: what has a leading zero or a plus sign, a code such as `1e5`, a date that is not
 * ISO, or too many digits, stays text, and so does a column of mixed kinds.
 */
export class TypeGuess {
  #kinds = 0;
  /** Most digits before and behind the point. */
  #whole = 0;
  #scale = 0;
  /** A number that no float gives back. */
  #inexact = false;
  #beyond64 = false;
  #secondDigits = 0;

  /** No further cell can change the answer. */
  get isSettled(): boolean {
    return (this.#kinds & (bit.text | bit.nested)) !== 0;
  }

  /** A cell of text whose kind nobody has told, as in CSV. */
  see(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const first = bytes[from] ?? 0;
    if ((first >= 48 && first <= 57) || first === 45 || first === 46) this.#kinds |= this.#numberOrMoment(bytes, from, to);
    else this.#kinds |= wordKind(bytes, from, to);
  }

  /** The text of a JSON string: never a number, but it may be a moment. An empty one is text. */
  seeString(bytes: Buffer, from: number, to: number): void {
    this.#kinds |= to - from >= 10 ? this.#moment(bytes, from, to) : bit.text;
  }

  seeNumber(bytes: Buffer, from: number, to: number): void {
    this.#kinds |= this.#number(bytes.toString('latin1', from, to), true);
  }

  seeBoolean(): void {
    this.#kinds |= bit.boolean;
  }

  seeNested(): void {
    this.#kinds |= bit.nested;
  }

  #numberOrMoment(bytes: Buffer, from: number, to: number): number {
    if (bytes[from + 4] === 45 && to - from >= 10 && bytes[from] !== 45) return this.#moment(bytes, from, to);
    const plain = this.#plainNumber(bytes, from, to);
    return plain !== 0 ? plain : to - from > 64 ? bit.text : this.#number(bytes.toString('latin1', from, to), false);
  }

  /** The kind of a plain number of at most 15 digits, without a detour through a string; 0: look closer. */
  #plainNumber(bytes: Buffer, from: number, to: number): number {
    const start = bytes[from] === 45 ? from + 1 : from;
    if (to - start > 16 || (bytes[start] === 48 && (bytes[start + 1] !== 46 || to - start < 3)))
      return start === from && to - from === 1 ? this.#plain(1, 0) : 0;
    let point = to;
    for (let at = start; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 48 && byte <= 57) continue;
      if (byte !== 46 || point !== to || at === start || at === to - 1) return 0;
      point = at;
    }
    return start === to ? 0 : this.#plain(point - start, Math.max(0, to - point - 1));
  }

  #plain(whole: number, fraction: number): number {
    if (whole + fraction > 15) return 0;
    this.#count(whole, fraction);
    return fraction === 0 ? bit.integer : bit.decimal;
  }

  #number(cell: string, exponents: boolean): number {
    const match = /^(-?)(0|[1-9]\d*)?(?:\.(\d+))?(?:[eE]([+-]?)\d{1,3})?$/.exec(cell);
    if (match === null) return cell === '-Infinity' ? bit.special : bit.text;
    const [all, sign, whole = '', fraction = '', exponentSign] = match;
    if (whole === '' && fraction === '') return bit.text;
    if (whole.length + fraction.length > 15) this.#inexact ||= significand(cell) !== significand(String(Number(cell)));
    const isZero = !/[1-9]/.test(whole + fraction);
    if (exponentSign !== undefined) {
      // 1e5 and 12E4 are more often codes than numbers
      if (!exponents && fraction === '' && exponentSign === '') return bit.text;
      this.#count(whole.length, fraction.length);
      return Number.isFinite(Number(all)) ? bit.float : bit.text;
    }
    if (sign === '-' && isZero && fraction === '') return bit.text;
    this.#count(whole.length, fraction.length);
    if (fraction !== '') return bit.decimal;
    this.#beyond64 ||= whole.length > highestInteger.length || (whole.length === highestInteger.length && whole > highestInteger);
    return bit.integer;
  }

  #count(whole: number, fraction: number): void {
    if (whole > this.#whole) this.#whole = whole;
    if (fraction > this.#scale) this.#scale = fraction;
  }

  #moment(bytes: Buffer, from: number, to: number): number {
    if (to - from === 10) return isDate(bytes, from, to) ? bit.date : bit.text;
    const moment = to - from > 40 ? null : parseTimestamp(bytes.toString('latin1', from, to));
    if (moment === null || moment.fraction.length > 9) return bit.text;
    if (moment.fraction.length > this.#secondDigits) this.#secondDigits = moment.fraction.length;
    return moment.zoned ? bit.timestamptz : bit.timestamp;
  }

  /** Takes over what another one has seen. */
  merge(other: TypeGuess): void {
    this.#kinds |= other.#kinds;
    this.#count(other.#whole, other.#scale);
    this.#inexact ||= other.#inexact;
    this.#beyond64 ||= other.#beyond64;
    this.#secondDigits = Math.max(this.#secondDigits, other.#secondDigits);
  }

  /** The type for everything seen so far; text where nothing but nulls was. */
  type(): FieldType {
    const kinds = this.#kinds;
    const digits = this.#secondDigits > 6 ? 9 : 6;
    if ((kinds & bit.nested) !== 0) return { kind: 'json' };
    if (kinds === bit.boolean) return { kind: 'boolean' };
    if (kinds === bit.date) return { kind: 'date' };
    if (kinds === bit.timestamp || kinds === bit.timestamptz) return { kind: 'timestamp', zoned: kinds === bit.timestamptz, digits };
    const isNumber = kinds !== 0 && (kinds & ~(bit.integer | bit.decimal | bit.float | bit.special)) === 0;
    return isNumber ? this.#numberType() : text;
  }

  #numberType(): FieldType {
    const kinds = this.#kinds;
    if ((kinds & (bit.float | bit.special)) !== 0) {
      return kinds === bit.special || this.#inexact ? text : { kind: 'float', bits: 64 };
    }
    if (kinds === bit.integer) {
      if (!this.#beyond64) return { kind: 'integer', bits: 64, signed: true };
      return this.#whole > 38 ? text : { kind: 'integer', bits: 128, signed: true };
    }
    const precision = this.#whole + this.#scale;
    if (precision > 38) return text;
    // room for larger numbers to come
    return { kind: 'decimal', precision: precision <= 18 ? 18 : 38, scale: this.#scale };
  }
}

/** The digits that carry the value: equal for `1.50e3`, `1500` and `1.5e+3`, whose magnitude is the same anyway. */
const significand = (number: string): string =>
  number
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');

function wordKind(bytes: Buffer, from: number, to: number): number {
  if (to - from > 8) return bit.text;
  const word = bytes.toString('latin1', from, to);
  if (word === 'true' || word === 'false') return bit.boolean;
  return word === 'NaN' || word === 'Infinity' ? bit.special : bit.text;
}
