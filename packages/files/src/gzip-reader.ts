import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EtlError, isEtlError, messageOf, nativeCode } from '@etl/sdk';
import type { ByteReader } from './byte-store.js';
import { readerChunks, streamReader } from './stream-reader.js';

/** What gzip hides, of one or several members. Throws DATA_INVALID where the file is damaged or cut short. */
export function gzipReader(compressed: ByteReader, path: string): ByteReader {
  const gunzip = createGunzip({ chunkSize: 1 << 17 });
  // the error reaches the reader through the stream itself
  pipeline(readerChunks(compressed), gunzip, () => undefined);
  const reader = streamReader(gunzip, async () => {
    gunzip.destroy();
    await compressed.close();
  });
  return {
    async read(into) {
      try {
        return await reader.read(into);
      } catch (cause) {
        throw gzipError(cause, path);
      }
    },
    close: () => reader.close(),
  };
}

function gzipError(cause: unknown, path: string): EtlError {
  if (isEtlError(cause)) return cause;
  const cut = nativeCode(cause) === 'Z_BUF_ERROR';
  return new EtlError(
    'DATA_INVALID',
    cut ? `${path} is cut short: its gzip data has no end` : `${path} is not valid gzip: ${messageOf(cause)}`,
    {
      cause,
      place: { file: path },
      hint: cut ? 'Was it still being written? Copy it again' : 'If it is not compressed, write `compression: none`',
    },
  );
}
