import type { Json } from '@etl/sdk';

/** Throws unless both are the same JSON; the order of keys does not count. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [stable(actual), stable(expected)];
  if (found !== wanted) throw new Error(`${what}\n  expected: ${shorten(wanted)}\n  found:    ${shorten(found)}`);
}

/** Throws with this message unless it holds. */
export function expectThat(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** What comes back from a store: proves that nothing but JSON was given. */
export const roundTrip = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const stable = (value: unknown): string => (value === undefined ? 'undefined' : JSON.stringify(value, sortKeys));

const sortKeys = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value as { [key: string]: Json }).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Long texts are cut, so that a report stays readable. */
export const shorten = (text: string, length = 600): string =>
  text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
