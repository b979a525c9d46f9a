import { EtlError } from '@etl/sdk';
import { notText } from './csv-sniffer.js';
import type { JsonLayout } from './json-reading.js';
import { encodingOf, openText, readHead, type SourceFile } from './source-file.js';
import { isUtf8Name } from './transcoding-reader.js';

/** Where the text of a JSON or NDJSON file begins. Throws DATA_INVALID for what is no text. */
export async function jsonLayout(file: SourceFile, given: string | undefined): Promise<JsonLayout> {
  const encoding = await encodingOf(file, given);
  const reader = await openText(file, encoding, 0);
  try {
    const { bytes } = await readHead(reader, 4096);
    const refused = isUtf8Name(encoding) ? notText(bytes) : null;
    if (refused !== null)
      throw new EtlError('DATA_INVALID', `${file.path} ${refused.what}`, { hint: refused.hint, place: { file: file.path, line: 1 } });
    return { encoding, start: bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0 };
  } finally {
    await reader.close();
  }
}
