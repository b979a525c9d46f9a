import { randomBytes } from 'node:crypto';

/** A new run's id: its start in UTC to the millisecond and 40 random bits, such as `20261120-181203412-9f2ab1c04d`. Sorts by time; safe as a file name. */
export function newRunId(now: Date = new Date(), random: () => string = () => randomBytes(5).toString('hex')): string {
  const digits = now.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-${random()}`;
}
