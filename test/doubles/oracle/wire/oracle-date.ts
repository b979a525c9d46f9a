const two = (value: number): string => String(value).padStart(2, '0');

/**
 * DATE (7 bytes), TIMESTAMP (11) and TIMESTAMP WITH TIME ZONE (13): century and year with 100 added, month, day, then hour, minute and
 * second with 1 added, nanoseconds as 4 bytes, the zone as hour + 20 and minute + 60. With a zone the fields are UTC.
 */
export function decodeDate(bytes: Buffer): string {
  const [century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes;
  const date = `${String((century - 100) * 100 + year - 100).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const fraction = bytes.length >= 11 ? `.${String(bytes.readUInt32BE(7)).padStart(9, '0')}` : '';
  return `${date} ${two(hour - 1)}:${two(minute - 1)}:${two(second - 1)}${fraction}${bytes.length >= 13 ? '+00' : ''}`;
}

const parts = /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?/;

/** From the text of the server behind the double, in UTC, to `size` bytes. */
export function encodeDate(text: string, size: 7 | 11 | 13): Buffer {
  const [, year = '', month, day, hour = '0', minute = '0', second = '0', fraction = ''] = parts.exec(text) ?? [];
  if (year === '') throw new RangeError(`Oracle has no date ${text}`);
  const bytes = Buffer.alloc(size);
  const fields = [Math.floor(Number(year) / 100) + 100, (Number(year) % 100) + 100, Number(month), Number(day)];
  bytes.set([...fields, Number(hour) + 1, Number(minute) + 1, Number(second) + 1]);
  if (size > 7) bytes.writeUInt32BE(Number(fraction.padEnd(9, '0').slice(0, 9)), 7);
  if (size === 13) bytes.set([20, 60], 11);
  return bytes;
}
