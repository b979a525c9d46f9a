import { EtlError } from '@etl/sdk';
import type { ByteReader } from './byte-store.js';
import { readerChunks, streamReader } from './stream-reader.js';

/** Encodings whose bytes are read as they are. */
export const isUtf8Name = (encoding: string): boolean => /^(utf-?8|us-ascii|ascii)$/i.test(encoding);

/** Text of another encoding as UTF-8; what cannot be decoded becomes U+FFFD, which the formats refuse. Throws CONFIG_INVALID. */
export async function transcodingReader(source: ByteReader, encoding: string): Promise<ByteReader> {
  const { default: iconv } = await import('iconv-lite');
  if (!iconv.encodingExists(encoding)) throw unknownEncoding(encoding);
  async function* decoded(): AsyncGenerator<Buffer> {
    const decoder = iconv.getDecoder(encoding, { stripBOM: false });
    for await (const chunk of readerChunks(source)) {
      const text = decoder.write(chunk);
      if (text.length > 0) yield Buffer.from(text);
    }
    const rest = decoder.end();
    if (rest !== undefined && rest.length > 0) yield Buffer.from(rest);
  }
  return streamReader(decoded(), () => source.close());
}

export const unknownEncoding = (encoding: string): EtlError =>
  new EtlError('CONFIG_INVALID', `'${encoding}' is not a known encoding`, {
    hint: 'Encodings are utf-8, utf-16le, utf-16be, windows-1252, latin1, iso-8859-15, shift_jis, gbk and more',
  });
