/** The driver's text of a NUMBER (`.5`, `-12.3`, no exponent) as canonical text: exactly `scale` digits behind the point, or those that it has. */
export function canonicalNumber(text: string, scale: number | null): string {
  const point = text.indexOf('.');
  if (point < 0) return scale === null || scale === 0 ? text : `${text}.${'0'.repeat(scale)}`;
  const whole = point === 0 ? '0' : point === 1 && text.startsWith('-') ? '-0' : text.slice(0, point);
  const fraction = text.slice(point + 1);
  return `${whole}.${scale === null ? fraction : fraction.padEnd(scale, '0')}`;
}
