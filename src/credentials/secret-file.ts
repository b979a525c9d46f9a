import { readFile, stat } from 'node:fs/promises';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';

const largest = 2 ** 20;

/** The secret in a mounted file; one line break at its end is not part of it. Throws CREDENTIAL_MISSING that names the variable. */
export async function readSecretFile(path: string, variable: string): Promise<string> {
  const refuse = (why: string, cause?: unknown): EtlError =>
    new EtlError('CREDENTIAL_MISSING', `${variable} names ${path}, which ${why}`, {
      hint: 'Mount the file with the secret there, or remove the variable',
      ...(cause !== undefined && { cause }),
    });
  const bytes = await readBytes(path, refuse);
  const text = decode(bytes, refuse).replace(/\r?\n$/, '');
  if (text === '') throw refuse('is empty');
  return text;
}

type Refuse = (why: string, cause?: unknown) => EtlError;

async function readBytes(path: string, refuse: Refuse): Promise<Uint8Array> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) throw refuse('is a folder');
    if (facts.size > largest) throw refuse('is larger than 1 MiB and so no secret');
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof EtlError) throw cause;
    const code = nativeCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw refuse('does not exist', cause);
    throw refuse(code === 'EACCES' ? 'this user may not read' : `cannot be read: ${messageOf(cause)}`, cause);
  }
}

function decode(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw refuse('is not UTF-8 text', cause);
  }
}
