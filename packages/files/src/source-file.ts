import type { ByteReader, ByteStore } from './byte-store.js';
import { gzipReader } from './gzip-reader.js';
import { isUtf8Name, transcodingReader } from './transcoding-reader.js';

export const compressions = ['none', 'gzip'] as const;
export type Compression = (typeof compressions)[number];

/** A file of a store as a format reads it. */
export interface SourceFile {
  readonly path: string;
  /** Bytes in the store. */
  readonly size: number;
  /** Whether bytes in the middle can be had without those before them. */
  readonly isSeekable: boolean;
  /** The content, unpacked, from this byte on. */
  open(from?: number): Promise<ByteReader>;
  /** Its path on this machine, where it is there and not compressed. */
  readonly localPath?: string;
}

export function sourceFile(
  store: Pick<ByteStore, 'open' | 'local'>,
  { path, size }: { path: string; size: number },
  compression: Compression,
): SourceFile {
  const isPlain = compression === 'none';
  return {
    path,
    size,
    isSeekable: isPlain,
    async open(from = 0) {
      if (isPlain) return store.open(path, from);
      return skipBytes(gzipReader(await store.open(path), path), from);
    },
    ...(isPlain && store.local ? { localPath: store.local.path(path) } : {}),
  };
}

/** Text as UTF-8 from this byte of the UTF-8 text on. Throws CONFIG_INVALID for an unknown encoding. */
export async function openText(file: SourceFile, encoding: string, from: number): Promise<ByteReader> {
  if (isUtf8Name(encoding)) return file.open(from);
  const source = await file.open();
  try {
    return await skipBytes(await transcodingReader(source, encoding), from);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function skipBytes(reader: ByteReader, count: number): Promise<ByteReader> {
  const waste = Buffer.allocUnsafeSlow(Math.max(1, Math.min(count, 1 << 18)));
  for (let left = count; left > 0;) {
    const read = await reader.read(waste.subarray(0, Math.min(left, waste.length)));
    if (read === 0) break;
    left -= read;
  }
  return reader;
}

/** Up to `size` first bytes. */
export async function readHead(reader: ByteReader, size: number): Promise<{ readonly bytes: Buffer; readonly whole: boolean }> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let count = 0;
  while (count < size) {
    const read = await reader.read(bytes.subarray(count));
    if (read === 0) return { bytes: bytes.subarray(0, count), whole: true };
    count += read;
  }
  return { bytes, whole: false };
}

/** What a byte order mark says; the mark itself is `length` bytes of UTF-8 text. */
export function byteOrderMark(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return null;
}

/** The encoding of a text file: as given, else what its byte order mark says, else UTF-8. */
export async function encodingOf(file: SourceFile, given: string | undefined): Promise<string> {
  const reader = await file.open();
  try {
    const mark = byteOrderMark((await readHead(reader, 4)).bytes);
    if (given === undefined) return mark ?? 'utf-8';
    return /^utf-?16$/i.test(given) ? (mark ?? 'utf-16le') : given;
  } finally {
    await reader.close();
  }
}
