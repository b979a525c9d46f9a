import { randomBytes } from 'node:crypto';

/** A new run's id: its start in UTC to the millisecond and 40 random bits, such as `20261120T181203412Z-9f2ab1c04d`. Sorts by time. */
export function newRunId(now: Date = new Date(), random: () => string = () => randomBytes(5).toString('hex')): string {
  return `${now.toISOString().replace(/[-:.]/g, '')}-${random()}`;
}
