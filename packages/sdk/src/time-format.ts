import { EtlError } from './error.js';
import { dayNumber, nanosecondsOf, nanosecondsPerDay, parseOffset, type ExactTime } from './exact-time.js';
import { parseExactNumber, scaleExactly } from './exact-number.js';

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const shortMonths = months.map((name) => name.slice(0, 3));

/** What each mark of a format reads. */
const marks: { readonly [mark: string]: string } = {
  YYYY: String.raw`(?<year>\d{4})`,
  MMMM: `(?<monthName>${months.join('|')})`,
  MMM: `(?<shortMonth>${shortMonths.join('|')})`,
  MM: String.raw`(?<month>\d{2})`,
  M: String.raw`(?<month>\d{1,2})`,
  DD: String.raw`(?<day>\d{2})`,
  D: String.raw`(?<day>\d{1,2})`,
  HH: String.raw`(?<hour>\d{2})`,
  H: String.raw`(?<hour>\d{1,2})`,
  hh: String.raw`(?<hour12>\d{2})`,
  h: String.raw`(?<hour12>\d{1,2})`,
  mm: String.raw`(?<minute>\d{2})`,
  ss: String.raw`(?<second>\d{2})`,
  A: '(?<half>am|pm)',
  Z: String.raw`(?<offset>z|[+-]\d{2}:?\d{2})`,
};

/** The marks that a format of dates and times may hold, for docs and messages. */
export const formatMarks = 'YYYY MM M MMM MMMM DD D HH H hh h mm ss S… A Z, words in [brackets], or unix, unix ms, unix us';

const epoch = dayNumber(1970, 1, 1) ?? 0;
const unixScales: { readonly [format: string]: number } = { unix: 0, 'unix ms': 3, 'unix us': 6 };

/** A reader for texts of one format, such as `DD.MM.YYYY HH:mm`. Throws CONFIG_INVALID where the format cannot say which date is meant. */
export function timeFormat(format: string): (text: string) => ExactTime | null {
  const unix = unixScales[format];
  if (unix !== undefined) return (text) => parseUnix(text, unix);
  const pattern = formatPattern(format);
  return (text) => {
    const groups = pattern.exec(text)?.groups;
    return groups === undefined ? null : timeOf(groups);
  };
}

function formatPattern(format: string): RegExp {
  const refuse = (why: string): never => {
    throw new EtlError('CONFIG_INVALID', `The format '${format}' ${why}`, { hint: `Marks are ${formatMarks}` });
  };
  const seen = new Set<string>();
  const pattern = format.replaceAll(
    /\[([^\]]*)\]|([A-Za-z])\2*|[^A-Za-z[]+|\[/g,
    (piece: string, literal: string | undefined, letter: string | undefined) => {
      if (letter === undefined) return escape(literal ?? piece);
      if (piece === 'T') return '[T ]';
      const mark = letter === 'S' && piece.length <= 9 ? `(?<fraction>\\d{${piece.length}})` : marks[piece];
      if (mark === undefined) return refuse(`holds '${piece}', which is not a mark`);
      const name =
        /<(\w+)>/
          .exec(mark)?.[1]
          ?.replace(/^(month).*|^short(M)onth$/i, 'month')
          .replace(/^hour.*/, 'hour') ?? piece;
      if (seen.has(name)) return refuse(`states the ${name} twice`);
      seen.add(name);
      return mark;
    },
  );
  const has = (name: string): boolean => seen.has(name);
  if (has('year') !== has('month') || (has('day') && !has('month'))) refuse('needs year and month, or neither');
  if (has('minute') && !has('hour')) refuse('states minutes without hours');
  if (!has('year') && !has('hour')) refuse('states neither a date nor a time');
  if (pattern.includes('<hour12>') !== has('half')) refuse('needs hh together with A');
  return new RegExp(`^${pattern}$`, 'i');
}

const escape = (literal: string): string => literal.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

function timeOf(groups: { readonly [name: string]: string | undefined }): ExactTime | null {
  const { year, month, monthName, shortMonth, day, hour, hour12, half, minute = '0', second = '0', fraction = '', offset } = groups;
  const monthNumber =
    monthName !== undefined
      ? months.indexOf(monthName.toLowerCase()) + 1
      : shortMonth !== undefined
        ? shortMonths.indexOf(shortMonth.toLowerCase()) + 1
        : Number(month);
  const days = year === undefined ? null : dayNumber(Number(year), monthNumber, Number(day ?? 1));
  if (year !== undefined && days === null) return null;
  const clock = hour12 === undefined ? (hour === undefined ? null : Number(hour)) : hourOf(Number(hour12), half);
  if (clock === null) return hour12 !== undefined || days === null ? null : { days, nanoseconds: null, offset: null };
  const nanoseconds = nanosecondsOf(clock, Number(minute), Number(second), fraction);
  const minutes = parseOffset(offset?.toUpperCase());
  return nanoseconds === null || minutes === undefined ? null : { days, nanoseconds, offset: minutes };
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
}

function parseUnix(text: string, digits: number): ExactTime | null {
  const number = parseExactNumber(text);
  const total = number && scaleExactly(number, 9 - digits);
  if (total === null) return null;
  const perDay = BigInt(nanosecondsPerDay);
  const rest = ((total % perDay) + perDay) % perDay;
  return { days: epoch + Number((total - rest) / perDay), nanoseconds: Number(rest), offset: 0 };
}
