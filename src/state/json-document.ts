import { readFile } from 'node:fs/promises';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';
import type { z } from 'zod';
import { fileError } from './file-error.js';

export interface JsonDocument<T> {
  /** What the file is, in an error: "The state of load daily/orders". */
  readonly what: string;
  readonly schema: z.ZodType<T>;
  /** What to do when it is damaged. */
  readonly cure: string;
}

/** Reads one JSON file of a known shape; null where there is none. Throws DATA_INVALID, which names file and cure, for a damaged one. */
export async function readJsonDocument<T>(path: string, document: JsonDocument<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return null;
    throw fileError(cause, 'read', path);
  }
  return parseJsonDocument(text, path, document);
}

function parseJsonDocument<T>(text: string, path: string, { what, schema, cure }: JsonDocument<T>): T {
  const damaged = (why: string, cause?: unknown): EtlError =>
    new EtlError('DATA_INVALID', `${what} cannot be read: ${path} is damaged (${why})`, { hint: cure, cause, place: { file: path } });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw damaged(text.trim() === '' ? 'it is empty' : messageOf(cause), cause);
  }
  if (isFromLater(raw)) {
    throw new EtlError('DATA_INVALID', `${what} cannot be read: ${path} was written by a newer etl`, {
      hint: 'Update etl on this machine',
      place: { file: path },
    });
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(issue === undefined ? 'unknown shape' : `${issue.path.join('.') || 'document'}: ${issue.message}`, parsed.error);
}

/** Every document carries `version: 1`; a higher one is not guessed at. */
const isFromLater = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && 'version' in raw && typeof raw.version === 'number' && raw.version > 1;
