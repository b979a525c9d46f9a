import { EtlError } from '@etl/sdk';
import { z } from 'zod';

const units = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;
const short: Readonly<Record<string, keyof typeof units>> = {
  ms: 'millisecond',
  s: 'second',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};
const pattern = /^(\d{1,15}(?:\.\d{1,3})?)\s*([a-z]+)$/;

/** Milliseconds of `90 days`, `1 hour`, `1.5 h`, `500ms`; null where it is not a duration of whole milliseconds. */
export function durationOf(text: string): number | null {
  const [, amount, word] = pattern.exec(text.trim().toLowerCase()) ?? [];
  if (amount === undefined || word === undefined) return null;
  const unit = short[word] ?? (Object.keys(units) as (keyof typeof units)[]).find((name) => word === name || word === `${name}s`);
  if (unit === undefined) return null;
  const [whole = '0', part = ''] = amount.split('.');
  // In thousandths, so that 0.1 s is exactly 100 ms
  const thousandths = BigInt(whole) * 1000n + BigInt(part.padEnd(3, '0'));
  const exact = thousandths * BigInt(units[unit]);
  const milliseconds = Number(exact / 1000n);
  return exact % 1000n === 0n && Number.isSafeInteger(milliseconds) ? milliseconds : null;
}

/** Milliseconds of a duration. Throws USAGE: for flags. */
export function parseDuration(text: string): number {
  const milliseconds = durationOf(text);
  if (milliseconds !== null) return milliseconds;
  throw new EtlError('USAGE', `'${text}' is not a duration`, { hint: durationHint });
}

const durationHint = 'Write a number and a unit: 30 seconds, 5 min, 1 hour, 90 days';

/** The shortest text that `parseDuration` reads as the same time. */
export function durationText(milliseconds: number): string {
  const largest = (Object.entries(units) as [string, number][])
    .reverse()
    .find(([, size]) => milliseconds >= size && milliseconds % size === 0);
  const [name, size] = largest ?? ['millisecond', 1];
  const amount = milliseconds / size;
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}

/** A duration in a file, as milliseconds. */
export const durationOption = z.string().transform((text, context): number => {
  const milliseconds = durationOf(text);
  if (milliseconds !== null) return milliseconds;
  context.addIssue({
    code: 'custom',
    message: `'${text}' is not a duration; write a number and a unit, such as 30 seconds, 1 hour or 90 days`,
  });
  return z.NEVER;
});
