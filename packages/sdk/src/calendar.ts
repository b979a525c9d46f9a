const monthDays = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Days of a month of the Gregorian calendar; 0 where there is no such month. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return monthDays[month] ?? 0;
}

/** Two digits as a number; NaN where one is no digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] ?? 0) - 48;
  const low = (bytes[at + 1] ?? 0) - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NaN;
}

/** Whether ten bytes are `YYYY-MM-DD`, a day of the years 0001 to 9999. */
export function isDate(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== 10 || bytes[from + 4] !== 45 || bytes[from + 7] !== 45) return false;
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  const day = twoDigits(bytes, from + 8);
  return year >= 1 && day >= 1 && day <= daysInMonth(year, twoDigits(bytes, from + 5));
}

/** Whether the bytes are `HH:MM:SS` under 24 hours, with at most `digits` digits of a second behind a point. */
export function isTime(bytes: Uint8Array, from: number, to: number, digits: number): boolean {
  const length = to - from;
  if (length < 8 || bytes[from + 2] !== 58 || bytes[from + 5] !== 58) return false;
  if (!(twoDigits(bytes, from) < 24 && twoDigits(bytes, from + 3) < 60 && twoDigits(bytes, from + 6) < 60)) return false;
  if (length === 8) return true;
  if (bytes[from + 8] !== 46 || length < 10 || length > 9 + digits) return false;
  for (let at = from + 9; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 48 || byte > 57) return false;
  }
  return true;
}
