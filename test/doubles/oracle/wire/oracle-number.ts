/**
 * NUMBER on the wire: a byte of sign and exponent (base 100, offset 193), then digits of base 100. A negative number has its bytes
 * inverted (digit d as 101 - d) and ends in 102 unless it has 20 digits.
 */
export function encodeNumber(text: string): Buffer {
  const negative = text.startsWith('-');
  const [mantissa = '', power = '0'] = text.replace(/^[+-]/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = (whole + fraction).replace(/^0+/, '');
  let exponent = Number(power) - fraction.length;
  const trimmed = digits.replace(/0+$/, '');
  exponent += digits.length - trimmed.length;
  digits = trimmed;
  if (digits === '') return Buffer.of(0x80);
  if (Math.abs(exponent) % 2 === 1) {
    digits += '0';
    exponent--;
  }
  if (digits.length % 2 === 1) digits = `0${digits}`;
  const first = (exponent + digits.length) / 2 + 192;
  const bytes = [negative ? first ^ 0xff : first];
  for (let at = 0; at < digits.length; at += 2) {
    const digit = Number(digits.slice(at, at + 2));
    bytes.push(negative ? 101 - digit : digit + 1);
  }
  if (negative && digits.length < 40) bytes.push(102);
  return Buffer.from(bytes);
}

/** The exact decimal text of a NUMBER, without an exponent. */
export function decodeNumber(bytes: Buffer): string {
  const first = bytes.readUInt8(0);
  const positive = (first & 0x80) !== 0;
  if (bytes.length === 1) return positive ? '0' : '-1e126';
  const exponent = (positive ? first : first ^ 0xff) - 193;
  const end = !positive && bytes[bytes.length - 1] === 102 ? bytes.length - 1 : bytes.length;
  let digits = '';
  for (const byte of bytes.subarray(1, end)) digits += String(positive ? byte - 1 : 101 - byte).padStart(2, '0');
  const point = (exponent + 1) * 2;
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const fraction = (point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '');
  const text = whole.replace(/^0+(?=\d)/, '') + (fraction === '' ? '' : `.${fraction}`);
  return positive ? text : `-${text}`;
}
