import { EtlError } from '@etl/sdk';

const units: Readonly<Record<string, bigint>> = { b: 1n, kb: 1000n, mb: 1000n ** 2n, gb: 1000n ** 3n, tb: 1000n ** 4n, kib: 1024n, mib: 1024n ** 2n, gib: 1024n ** 3n, tib: 1024n ** 4n }; // prettier-ignore

/** Bytes of `512MB`, `1.5 GiB`, `100 kB`; null where it is not a size of whole bytes. KB is 1000 bytes, KiB 1024. */
export function sizeOf(text: string): number | null {
  const [, whole, part = '', word] = /^(\d{1,15})(?:\.(\d{1,3}))?\s*([a-z]+)$/.exec(text.trim().toLowerCase()) ?? [];
  const unit = word === undefined ? undefined : units[word];
  if (whole === undefined || unit === undefined) return null;
  const exact = (BigInt(whole) * 1000n + BigInt(part.padEnd(3, '0'))) * unit;
  const bytes = Number(exact / 1000n);
  return exact % 1000n === 0n && Number.isSafeInteger(bytes) ? bytes : null;
}

/** Bytes of a size. Throws USAGE: for flags. */
export function parseSize(text: string): number {
  const bytes = sizeOf(text);
  if (bytes !== null) return bytes;
  throw new EtlError('USAGE', `'${text}' is not a size`, { hint: 'Write a number and a unit: 512MB, 1.5 GiB' });
}
