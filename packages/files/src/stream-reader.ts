import type { ByteReader } from './byte-store.js';

/** Pulls bytes out of any stream of them. */
export function streamReader(stream: AsyncIterable<Uint8Array>, close: () => Promise<void> | void = () => undefined): ByteReader {
  const iterator = stream[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let closed = false;
  return {
    async read(into) {
      while (chunk.length === 0) {
        const next = await iterator.next();
        if (next.done === true) return 0;
        chunk = next.value;
      }
      const count = Math.min(chunk.length, into.length);
      into.set(count === chunk.length ? chunk : chunk.subarray(0, count));
      chunk = chunk.subarray(count);
      return count;
    },
    async close() {
      if (closed) return;
      closed = true;
      await iterator.return?.();
      await close();
    },
  };
}

/** The other way round: the bytes of a reader as a stream. */
export async function* readerChunks(reader: ByteReader, size = 1 << 18): AsyncGenerator<Buffer> {
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(size);
    const count = await reader.read(chunk);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}
