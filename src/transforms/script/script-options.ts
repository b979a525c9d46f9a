import { z } from 'zod';

const sizes: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };
const times: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1e3,
  second: 1e3,
  min: 6e4,
  minute: 6e4,
  h: 3.6e6,
  hour: 3.6e6,
};

/** An amount and a unit as a whole number of the smallest unit. */
const quantity = (units: Readonly<Record<string, number>>, example: string) =>
  z.string().refine((text) => Number.isInteger(quantityOf(text, units)), `Write a number and a unit, such as ${example}`);

function quantityOf(text: string, units: Readonly<Record<string, number>>): number | null {
  const [, amount, word = ''] = /^(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)$/.exec(text.trim().toLowerCase()) ?? [];
  const unit = units[word] ?? units[word.replace(/s$/, '')];
  return amount === undefined || unit === undefined ? null : Math.round(Number(amount) * unit);
}

const detailed = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('TypeScript or JavaScript file with export default defineTransform({ row }) or ({ batch }), from the folder of the job'),
  memory: quantity(sizes, '512MB').default('256MB').describe('Memory that the script may use'),
  timeout: quantity(times, '30 s').default('30 s').describe('How long one row, or one batch, may take'),
  batch: z.int().min(1).max(1_000_000).default(10_000).describe('Rows given to a batch function at a time'),
  on_error: z.enum(['stop', 'reject']).default('stop').describe('What an error thrown for a row does: stop the job, or reject the row'),
});

export const scriptOptions = z
  .union([z.string().min(1), detailed])
  .describe('Runs rows through a script of the job, in a worker with limits of time and memory');

export interface ScriptWishes {
  readonly file: string;
  readonly memory: number;
  readonly timeout: number;
  readonly batch: number;
  readonly onError: 'stop' | 'reject';
}

/** Options with defaults, in bytes and milliseconds. */
export function scriptWishes(options: z.infer<typeof scriptOptions>): ScriptWishes {
  const { file, memory, timeout, batch, on_error } = detailed.parse(typeof options === 'string' ? { file: options } : options);
  return { file, memory: quantityOf(memory, sizes) ?? 0, timeout: quantityOf(timeout, times) ?? 0, batch, onError: on_error };
}
