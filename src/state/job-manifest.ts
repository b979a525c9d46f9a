import type { Json } from '@etl/sdk';
import { z } from 'zod';
import { removeDurably, writeDurably } from './durable-file.js';
import { etlPaths } from './etl-folder.js';
import { readJsonDocument } from './json-document.js';
import { jsonSchema } from './load-document.js';

/** The run of a job that has begun and is not finished: what the next run needs to continue it. */
export interface JobManifest {
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly phase: 'running' | 'publishing';
  /** The engine's own. */
  readonly data: Json;
}

const schema = z.object({
  version: z.literal(1),
  job: z.string(),
  run: z.string(),
  started: z.string(),
  phase: z.enum(['running', 'publishing']),
  data: jsonSchema,
});

/** Null where no run is unfinished. Throws DATA_INVALID for a damaged file. */
export async function readManifest(etl: string, job: string): Promise<JobManifest | null> {
  return (await readManifestFile(etlPaths(etl).manifest(job), `The unfinished run of job ${job}`))?.manifest ?? null;
}

/** The same by the path of its file; says whose it is. */
export async function readManifestFile(
  path: string,
  what: string,
): Promise<{ readonly job: string; readonly manifest: JobManifest } | null> {
  const cure = 'Remove the file: the next run then begins anew, and targets that know the old run still answer for it';
  const found = await readJsonDocument(path, { what, schema, cure });
  if (found === null) return null;
  const { job, run, started, phase, data } = found;
  return { job, manifest: { run, started, phase, data } };
}

/** Durable when it returns; call it with the job's lock held. */
export async function writeManifest(etl: string, job: string, manifest: JobManifest): Promise<void> {
  await writeDurably(etlPaths(etl).manifest(job), JSON.stringify({ version: 1, job, ...manifest }));
}

/** The run is over. */
export const removeManifest = (etl: string, job: string): Promise<void> => removeDurably(etlPaths(etl).manifest(job));
