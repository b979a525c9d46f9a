import { createReadStream } from 'node:fs';
import { EtlError } from '@etl/sdk';
import { tableError } from './table-error.js';

/** Lines of a file, one by one. Breaking off closes it. Throws CANCELLED, NOT_FOUND, and DATA_INVALID where the last line is cut off. */
export async function* readLines(file: string, signal?: AbortSignal): AsyncGenerator<string> {
  const stream = createReadStream(file, { encoding: 'utf8' });
  let rest = '';
  try {
    for await (const piece of stream) {
      const lines = (rest + String(piece)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (signal?.aborted === true) throw new EtlError('CANCELLED', 'The read was interrupted');
        yield line;
      }
    }
  } catch (cause) {
    throw tableError(cause, file);
  }
  if (rest !== '') throw new EtlError('DATA_INVALID', 'The file is cut off in its last line', { place: { file } });
}
