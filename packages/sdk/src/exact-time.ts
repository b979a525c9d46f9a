import { daysInMonth } from './calendar.js';
import { roundsAway, type Rounding } from './exact-number.js';

/** A point in civil time without loss. */
export interface ExactTime {
  /** Days since 0000-03-01, proleptic Gregorian; null: a time of day alone. */
  readonly days: number | null;
  /** Nanoseconds of the day; null: a date alone. */
  readonly nanoseconds: number | null;
  /** Minutes east of UTC that the text states; null: it states none. */
  readonly offset: number | null;
}

export const nanosecondsPerDay = 86_400_000_000_000;
const nanosecondsPerMinute = 60_000_000_000;

const datePattern = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const timePattern = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,18}))?)?`;
const iso = new RegExp(`^${datePattern}(?:(?:T| )${timePattern} ?(Z|[+-]\\d{2}(?::?\\d{2})?)?)?$`);
const isoTime = new RegExp(`^${timePattern}$`);

/** Reads ISO 8601: a date, or a date with a time (`T` or a space between), with or without an offset. Null: it is not one. */
export function parseIsoTime(text: string): ExactTime | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const days = dayNumber(Number(year), Number(month), Number(day));
  if (days === null) return null;
  if (hour === undefined) return { days, nanoseconds: null, offset: null };
  const nanoseconds = nanosecondsOf(Number(hour), Number(minute), Number(second ?? 0), fraction ?? '');
  const minutes = parseOffset(offset);
  return nanoseconds === null || minutes === undefined ? null : { days, nanoseconds, offset: minutes };
}

/** Reads a time of day under 24 hours. */
export function parseIsoTimeOfDay(text: string): ExactTime | null {
  const match = isoTime.exec(text);
  if (match === null) return null;
  const nanoseconds = nanosecondsOf(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), match[4] ?? '');
  return nanoseconds === null ? null : { days: null, nanoseconds, offset: null };
}

/** `Z`, `+02`, `+0200` or `+02:00` in minutes; null: none is written; undefined: it is not one. */
export function parseOffset(text: string | undefined): number | null | undefined {
  if (text === undefined || text === '') return null;
  if (text === 'Z' || text === 'UTC') return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return Number(match[3] ?? 0) > 59 || minutes > 18 * 60 ? undefined : match[1] === '-' ? -minutes : minutes;
}

/** Nanoseconds of the day; null: no such time, or digits behind the ninth that are not zero. */
export function nanosecondsOf(hour: number, minute: number, second: number, fraction: string): number | null {
  if (hour > 23 || minute > 59 || second > 59 || /[1-9]/.test(fraction.slice(9))) return null;
  return ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + Number(fraction.slice(0, 9).padEnd(9, '0'));
}

/** The number of a day; null: the calendar has no such day. Years 1 to 9999. */
export function dayNumber(year: number, month: number, day: number): number | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const y = month <= 2 ? year - 1 : year;
  const shifted = month <= 2 ? month + 9 : month - 3;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * shifted + 2) / 5) + day - 1;
}

const firstDay = 306; // 0001-01-01
const lastDay = 3_652_364; // 9999-12-31

/** The date as canonical text; null: outside the years 1 to 9999. */
export function dateText(days: number): string | null {
  if (days < firstDay || days > lastDay) return null;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** The time of day as canonical text, with no zeros at the end of the fraction. */
export function timeText(nanoseconds: number): string {
  const seconds = Math.floor(nanoseconds / 1_000_000_000);
  const fraction = pad(nanoseconds % 1_000_000_000, 9).replace(/0+$/, '');
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return fraction === '' ? clock : `${clock}.${fraction}`;
}

const pad = (value: number, length: number): string => String(value).padStart(length, '0');

/** The same moment on the clock of UTC. */
export function toUtc(days: number, nanoseconds: number, offset: number): { days: number; nanoseconds: number } {
  const moved = nanoseconds - offset * nanosecondsPerMinute;
  const carry = Math.floor(moved / nanosecondsPerDay);
  return { days: days + carry, nanoseconds: moved - carry * nanosecondsPerDay };
}

/** Rounds to a multiple of `unit` nanoseconds, at most a day; null: something would be lost and no rounding is stated. Earlier is down and floor, later up and ceiling. */
export function roundTime(
  days: number,
  nanoseconds: number,
  unit: number,
  rounding?: Rounding,
): { days: number; nanoseconds: number } | null {
  const rest = nanoseconds % unit;
  if (rest === 0) return { days, nanoseconds };
  if (rounding === undefined) return null;
  const low = nanoseconds - rest;
  const even = (unit === nanosecondsPerDay ? days : low / unit) % 2 === 0;
  const half = rest * 2 === unit ? 0 : rest * 2 < unit ? -1 : 1;
  const rounded = roundsAway(rounding, { negative: false, half, even }) ? low + unit : low;
  return rounded === nanosecondsPerDay ? { days: days + 1, nanoseconds: 0 } : { days, nanoseconds: rounded };
}
