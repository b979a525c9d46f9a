import { daysInMonth } from '@etl/sdk';
import type { CellArea } from './cell-area.js';

const timePattern = String.raw`(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?`;
const timestampPattern = new RegExp(String.raw`^(\d{4})-(\d\d)-(\d\d)[T ]${timePattern}(?: ?(Z|[+-]\d\d(?::?\d\d)?))?$`);
const timeOnly = new RegExp(`^${timePattern}$`);

export interface Timestamp {
  /** `YYYY-MM-DD HH:MM:SS`, in UTC where it has a zone */
  readonly text: string;
  readonly fraction: string;
  readonly zoned: boolean;
}

/** Reads an ISO timestamp: `T` or space, seconds may be missing, `Z` or an offset is turned into UTC. null: it is none, or there is no such moment. */
export function parseTimestamp(text: string): Timestamp | null {
  const match = timestampPattern.exec(text);
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00', fraction = '', zone] = match;
  if (Number(year) < 1 || Number(day) < 1 || Number(day) > daysInMonth(Number(year), Number(month))) return null;
  if (!isClock(hour, minute, second)) return null;
  if (zone === undefined || zone === 'Z')
    return { text: `${year}-${month}-${day} ${hour}:${minute}:${second}`, fraction, zoned: zone !== undefined };
  const shifted = toUtc(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`, zone);
  return shifted === null ? null : { text: shifted, fraction, zoned: true };
}

const isClock = (hour: string, minute: string, second: string): boolean => Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;

function toUtc(local: string, zone: string): string | null {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 15 || minutes > 59) return null;
  const sign = zone.startsWith('-') ? 1 : -1;
  const moment = new Date(Date.parse(local) + sign * (hours * 60 + minutes) * 60_000);
  const text = moment.toISOString();
  return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text.slice(0, 19).replace('T', ' ') : null;
}

/** The fraction without zeros at its end; null: it has more digits than there may be. */
function fitted(fraction: string, digits: number): string | null {
  const needed = fraction.replace(/0+$/, '');
  return needed.length <= digits ? needed : null;
}

/** Writes the moment in `from..to` as canonical timestamp, or answers false where it is none, lacks or has a zone, or would lose digits. */
export function exactTimestamp(area: CellArea, from: number, to: number, { zoned, digits }: { zoned: boolean; digits: number }): boolean {
  if (to - from > 64) return false;
  const moment = parseTimestamp(area.latin1(from, to));
  const fraction = moment === null || moment.zoned !== zoned ? null : fitted(moment.fraction, digits);
  if (moment === null || fraction === null) return false;
  return area.write(`${moment.text}${fraction === '' ? '' : `.${fraction}`}${zoned ? '+00:00' : ''}`);
}

/** Writes `HH:MM`, `HH:MM:SS` or more digits as canonical time, or answers false. */
export function exactTime(area: CellArea, from: number, to: number, digits: number): boolean {
  const match = to - from > 64 ? null : timeOnly.exec(area.latin1(from, to));
  if (match === null) return false;
  const [, hour = '', minute = '', second = '00', all = ''] = match;
  const fraction = fitted(all, digits);
  if (fraction === null || !isClock(hour, minute, second)) return false;
  return area.write(`${hour}:${minute}:${second}${fraction === '' ? '' : `.${fraction}`}`);
}
