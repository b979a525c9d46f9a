import type { Schema } from '@etl/sdk';
import { readSchemas, writeSchemas } from '../project/index.js';
import type { Job } from '../project/job.js';
import type { JobWorld } from './job-world.js';

/**
 * Writes columns that are met for the first time to schemas.yaml beside the job, so that validation, types and tests work without the
 * source. What stands there already is not touched, and in CI nothing is written. Answers the datasets that were added.
 */
export async function keepSchemas({ variables }: JobWorld, job: Job, extracted: ReadonlyMap<string, Schema>): Promise<readonly string[]> {
  if (isSet(variables['CI'])) return [];
  const known = await readSchemas(job);
  const fresh = [...extracted].filter(([dataset]) => !known.has(dataset));
  if (fresh.length > 0) await writeSchemas(job, new Map([...known, ...fresh]));
  return fresh.map(([dataset]) => dataset);
}

const isSet = (variable: string | undefined): boolean => variable !== undefined && !['', '0', 'false'].includes(variable);
