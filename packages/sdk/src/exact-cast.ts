import { cellChecker } from './canonical-cell.js';
import { decodeFloat, encodeFloat } from './cell-codec.js';
import { EtlError } from './error.js';
import {
  decimalText,
  padDecimal,
  parseExactNumber,
  plainNotation,
  sameNumber,
  scaleExactly,
  type ExactNumber,
  type Rounding,
} from './exact-number.js';
import {
  dateText,
  nanosecondsPerDay,
  parseIsoTime,
  parseIsoTimeOfDay,
  parseOffset,
  roundTime,
  timeText,
  toUtc,
  type ExactTime,
} from './exact-time.js';
import { isJson } from './json-text.js';
import type { FieldType } from './schema.js';
import { timeFormat } from './time-format.js';
import { typeName } from './type-name.js';

export interface CastOptions {
  /** What happens to digits or times that the type cannot hold; absent: they are a reason. */
  readonly round?: Rounding | undefined;
  /** Blanks around the text are ignored. */
  readonly trim?: boolean | undefined;
  /** Text that is longer than its type is cut. */
  readonly cut?: boolean | undefined;
  /** Notation of dates and times, such as `DD.MM.YYYY`; absent: ISO 8601. */
  readonly format?: string | undefined;
  /** `UTC` or an offset such as `+01:00`: the clock of times that state none, and of the result where the type has none. */
  readonly zone?: string | undefined;
  readonly decimal?: string | undefined;
  readonly thousands?: string | undefined;
  /** Texts that stand for true and for false; absent: `true` and `false`. */
  readonly true?: readonly string[] | undefined;
  readonly false?: readonly string[] | undefined;
}

export type CastResult = { readonly text: string } | { readonly reason: string };
export type Cast = (text: string) => CastResult;

/**
 * A cast of any text to the canonical text of a type. It is exact or it is a reason, a clause to put behind the name of a column
 * (`is not a number`) that never quotes the value. Canonical text of the type comes out as it went in. No value passes through a float
 * on its way to another type. Throws CONFIG_INVALID where the options do not fit the type.
 */
export function exactCast(to: FieldType, options: CastOptions = {}): Cast {
  checkOptions(to, options);
  const cast = keepsCanonical(options) ? unlessCanonical(to, castTo(to, options)) : castTo(to, options);
  return options.trim === true ? (text) => cast(text.trim()) : cast;
}

/** Whether text that is canonical for the type already means what it says, so that it needs no cast: no other notation is stated. */
export const keepsCanonical = ({ format, decimal, thousands, true: yes, false: no }: CastOptions): boolean =>
  [format, decimal, thousands, yes, no].every((option) => option === undefined);

/** Times may end in zeros, which stay as they are. */
function unlessCanonical(to: FieldType, cast: Cast): Cast {
  if (to.kind !== 'time' && to.kind !== 'timestamp') return cast;
  const isCanonical = cellChecker(to);
  return (text) => {
    const bytes = Buffer.from(text);
    return isCanonical(bytes, 0, bytes.length) ? { text } : cast(text);
  };
}

const kindsOf: { readonly [option in Exclude<keyof CastOptions, 'trim'>]: readonly FieldType['kind'][] } = {
  round: ['integer', 'decimal', 'float', 'date', 'time', 'timestamp'],
  cut: ['text'],
  format: ['date', 'time', 'timestamp'],
  zone: ['date', 'timestamp'],
  decimal: ['integer', 'decimal', 'float'],
  thousands: ['integer', 'decimal', 'float'],
  true: ['boolean'],
  false: ['boolean'],
};

function checkOptions(to: FieldType, options: CastOptions): void {
  for (const [option, kinds] of Object.entries(kindsOf)) {
    if (options[option as keyof typeof kindsOf] !== undefined && !kinds.includes(to.kind))
      throw new EtlError('CONFIG_INVALID', `A cast to ${typeName(to)} has no option ${option}`, {
        hint: `It belongs to ${kinds.join(', ')}`,
      });
  }
  if (options.decimal !== undefined && options.decimal === options.thousands)
    throw new EtlError('CONFIG_INVALID', 'decimal and thousands are the same mark');
  if (options.zone !== undefined && typeof parseOffset(options.zone) !== 'number')
    throw new EtlError('CONFIG_INVALID', `'${options.zone}' is not a zone`, { hint: 'Write UTC or an offset such as +01:00' });
}

function castTo(to: FieldType, options: CastOptions): Cast {
  switch (to.kind) {
    case 'boolean':
      return booleanCast(options);
    case 'integer': {
      const low = to.signed ? -(2n ** BigInt(to.bits - 1)) : 0n;
      const high = 2n ** BigInt(to.signed ? to.bits - 1 : to.bits) - 1n;
      return numberCast(options, (number) => {
        const whole = sizeOf(number) > 40 ? undefined : scaleExactly(number, 0, options.round);
        if (whole === null) return { reason: 'has digits behind the point: state round to allow that' };
        return whole === undefined || whole < low || whole > high
          ? { reason: `is out of the range of ${typeName(to)}` }
          : { text: String(whole) };
      });
    }
    case 'decimal':
      return decimalCast(to, options);
    case 'float':
      return floatCast(to, options);
    case 'date':
    case 'timestamp':
      return timestampCast(to, options);
    case 'time':
      return timeCast(to, options);
    case 'json':
      return (text) => (isJson(Buffer.from(text), 0, Buffer.byteLength(text)) ? { text } : { reason: 'is not JSON' });
    case 'text':
      return textCast(to.length, options);
    case 'bytes':
      return (text) => ({ text });
  }
}

const empty = { reason: 'is empty: null is not the same (clean has empty_to_null)' };
/** Digits before the point. */
const sizeOf = ({ digits, scale }: ExactNumber): number => digits.length - scale;

function booleanCast({ true: yes = ['true'], false: no = ['false'] }: CastOptions): Cast {
  const texts = new Map([...no.map((text) => [text, 'false'] as const), ...yes.map((text) => [text, 'true'] as const)]);
  if (texts.size !== yes.length + no.length) throw new EtlError('CONFIG_INVALID', 'true and false name the same text');
  const refused = { reason: 'is neither of the texts for true nor of those for false' };
  return (text) => {
    const found = texts.get(text);
    return found === undefined ? refused : { text: found };
  };
}

function numberCast({ decimal, thousands }: CastOptions, finish: (number: ExactNumber) => CastResult): Cast {
  const isPlain = decimal === undefined && thousands === undefined;
  return (text) => {
    const plain = isPlain ? text : plainNotation(text, { decimal, thousands });
    const number = plain === null ? null : parseExactNumber(plain);
    if (number === null) return text === '' ? empty : { reason: 'is not a number' };
    return finish(number);
  };
}

function decimalCast(to: Extract<FieldType, { kind: 'decimal' }>, options: CastOptions): Cast {
  const { precision, scale = 0 } = to;
  const cast = numberCast(options, (number) => {
    const digits = precision === undefined ? Math.max(number.scale, 0) : scale;
    if (precision !== undefined && number.digits !== '0' && sizeOf(number) > precision - scale)
      return { reason: `has too many digits for ${typeName(to)}` };
    const unscaled = scaleExactly(number, digits, options.round);
    if (unscaled === null) return { reason: `has more than ${scale} digits behind the point: state round to allow that` };
    if (precision !== undefined && (unscaled < 0n ? -unscaled : unscaled) >= 10n ** BigInt(precision))
      return { reason: `has too many digits for ${typeName(to)}` };
    return { text: decimalText(unscaled, digits) };
  });
  if (precision === undefined || !keepsCanonical(options)) return cast;
  const room = { scale, whole: precision - scale };
  return (text) => {
    const padded = padDecimal(text, room);
    return padded === null ? cast(text) : { text: padded };
  };
}

function floatCast(to: Extract<FieldType, { kind: 'float' }>, options: CastOptions): Cast {
  const finite = numberCast(options, (number) => {
    const source = `${number.negative ? '-' : ''}${number.digits}e${-number.scale}`;
    const value = to.bits === 32 ? Math.fround(decodeFloat(source)) : decodeFloat(source);
    if (!Number.isFinite(value)) return { reason: `is out of the range of ${typeName(to)}` };
    const text = encodeFloat(value, to);
    const held = parseExactNumber(text);
    if (options.round === undefined && (held === null || !sameNumber(held, number)))
      return { reason: `has more digits than ${typeName(to)} can hold: state round to allow that` };
    return { text };
  });
  return (text) => (text === 'NaN' || text === 'Infinity' || text === '-Infinity' || text === '-0' ? { text } : finite(text));
}

function textCast(length: number | undefined, { cut = false }: CastOptions): Cast {
  if (length === undefined) return (text) => ({ text });
  return (text) => {
    if (text.length <= length) return { text };
    const characters = Array.from(text);
    if (characters.length <= length) return { text };
    return cut
      ? { text: characters.slice(0, length).join('') }
      : { reason: `is longer than ${length} characters: state cut to allow that` };
  };
}

const unitOf = (digits: number): number => 10 ** (9 - digits);

function timeCast(to: Extract<FieldType, { kind: 'time' }>, { format, round }: CastOptions): Cast {
  const parse = format === undefined ? parseIsoTimeOfDay : timeFormat(format);
  return (text) => {
    const time = parse(text);
    if (time?.nanoseconds == null || time.days !== null) return text === '' ? empty : { reason: 'is not a time of day' };
    const rounded = roundTime(0, time.nanoseconds, unitOf(to.digits), round);
    if (rounded === null) return { reason: `is finer than ${typeName(to)}: state round to allow that` };
    return rounded.days > 0 ? { reason: 'rounds to the next day' } : { text: timeText(rounded.nanoseconds) };
  };
}

function timestampCast(to: FieldType, { format, zone, round }: CastOptions): Cast {
  const parse = format === undefined ? parseIsoTime : timeFormat(format);
  const stated = zone === undefined ? null : (parseOffset(zone) ?? null);
  const zoned = to.kind === 'timestamp' && to.zoned;
  const unit = to.kind === 'timestamp' ? unitOf(to.digits) : nanosecondsPerDay;
  return (text) => {
    const time = parse(text);
    if (time?.days == null) return text === '' ? empty : { reason: `is not a ${to.kind}` };
    const onClock = clockOf(time, { days: time.days, zoned, stated });
    if ('reason' in onClock) return onClock;
    const rounded = roundTime(onClock.days, onClock.nanoseconds, unit, round);
    if (rounded === null)
      return {
        reason:
          to.kind === 'date' ? 'has a time of day: state round to allow that' : `is finer than ${typeName(to)}: state round to allow that`,
      };
    const date = dateText(rounded.days);
    if (date === null) return { reason: 'lies outside the years 1 to 9999' };
    return { text: to.kind === 'date' ? date : `${date} ${timeText(rounded.nanoseconds)}${zoned ? '+00:00' : ''}` };
  };
}

/** The time on the clock that the result has: UTC for zoned types, else the one of `zone`, else the text's own. */
function clockOf(
  { nanoseconds, offset }: ExactTime,
  { days, zoned, stated }: { days: number; zoned: boolean; stated: number | null },
): { days: number; nanoseconds: number } | { reason: string } {
  const known = offset ?? stated;
  if (zoned) return known === null ? { reason: 'states no offset from UTC: state zone' } : toUtc(days, nanoseconds ?? 0, known);
  if (offset === null) return { days, nanoseconds: nanoseconds ?? 0 };
  if (stated === null) return { reason: 'has an offset from UTC, which the type cannot keep: state zone' };
  return toUtc(days, nanoseconds ?? 0, offset - stated);
}
