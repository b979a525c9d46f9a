import { createGzip } from 'node:zlib';
import { EtlError, messageOf } from '@etl/sdk';
import type { ByteCodec } from './file-sink.js';

/** Packs with gzip; every file is one member. */
export function gzipCodec(): ByteCodec {
  const gzip = createGzip();
  let packed: Uint8Array[] = [];
  let failure: Error | null = null;
  gzip.on('data', (bytes: Buffer) => packed.push(bytes));
  gzip.on('error', (error) => {
    failure = error;
  });
  const taken = (): readonly Uint8Array[] => {
    if (failure !== null) throw new EtlError('INTERNAL', `Packing failed: ${messageOf(failure)}`, { cause: failure });
    const all = packed;
    packed = [];
    return all;
  };
  return {
    async push(bytes) {
      await new Promise<void>((resolve) => gzip.write(bytes, () => resolve()));
      return taken();
    },
    async end() {
      await new Promise<void>((resolve) => {
        gzip.once('end', resolve);
        gzip.once('error', () => resolve());
        gzip.end();
      });
      return taken();
    },
    close: () => gzip.destroy(),
  };
}
