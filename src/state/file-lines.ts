import { createReadStream } from 'node:fs';
import { fileError } from './file-error.js';

export interface FileLine {
  readonly text: string;
  /** 1-based */
  readonly number: number;
  /** False for a last line without its line feed: its writer was killed, or is still writing. */
  readonly ended: boolean;
}

/** Lines of a UTF-8 file, in constant memory. Only a line feed ends one (readline also splits at U+2028, which JSON leaves in texts). */
export async function* fileLines(path: string): AsyncGenerator<FileLine> {
  let number = 0;
  let rest: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
        rest.push(chunk.subarray(from, at));
        number += 1;
        yield { text: Buffer.concat(rest).toString('utf8'), number, ended: true };
        rest = [];
        from = at + 1;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
  } catch (cause) {
    throw fileError(cause, 'read', path);
  }
  if (rest.length > 0) yield { text: Buffer.concat(rest).toString('utf8'), number: number + 1, ended: false };
}
