import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@etl/sdk';

const largest = 2 ** 20;

/** Milliseconds that a pipe may stay silent before it is given up on: nobody waits for ever. */
const patience = 30_000;

/** A secret from standard input up to its end; one line break behind it is not part of it. Throws USAGE. */
export async function readSecret(stdin: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source = stdin[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([source.next(), late(signal)]);
    signal.throwIfAborted();
    if (next === null) throw refused('Nothing came on standard input for 30 seconds');
    if (next.done === true) break;
    const chunk = Buffer.from(next.value);
    size += chunk.length;
    if (size > largest) throw refused('Standard input holds more than 1 MiB, which is no secret');
    chunks.push(chunk);
  }
  const text = decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  if (text === '') throw refused('Standard input is empty');
  return text;
}

const late = (signal: AbortSignal): Promise<null> => sleep(patience, null, { signal, ref: false });

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused('What came on standard input is not UTF-8 text');
  }
}

const refused = (message: string): EtlError =>
  new EtlError('USAGE', message, { hint: 'Pipe the secret in, such as: pass show shop/db | etl credentials set shop password' });
