import { readFile } from 'node:fs/promises';
import type { Cursors } from '@etl/sdk';
import { EtlError } from '@etl/sdk';
import { z } from 'zod';
import { fileError } from './file-error.js';
import { cursorsSchema } from './load-document.js';

/** Cursors of a project as one document, to be kept or carried to another environment. */
export interface ExportedState {
  readonly version: 1;
  readonly project: string;
  readonly environment: string | null;
  /** ISO 8601, UTC. */
  readonly exported: string;
  readonly loads: readonly { readonly load: string; readonly cursors: Cursors }[];
}

const schema: z.ZodType<ExportedState> = z.object({
  version: z.literal(1),
  project: z.string(),
  environment: z.string().nullable(),
  exported: z.string(),
  loads: z.array(z.object({ load: z.string(), cursors: cursorsSchema })),
});

/** Reads a document that `etl state export` wrote. Throws NOT_FOUND, DATA_INVALID. */
export async function readExportedState(path: string): Promise<ExportedState> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fileError(cause, 'read', path);
  });
  return parseExportedState(text, path);
}

/** `source` is what an error names. */
export function parseExportedState(text: string, source: string): ExportedState {
  const refused = (why: string, cause?: unknown): EtlError =>
    new EtlError('DATA_INVALID', `${source} holds no exported state: ${why}`, {
      hint: 'Write one with: etl state export > state.json',
      cause,
    });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw refused('it is not JSON', cause);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}
