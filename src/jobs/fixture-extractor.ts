import { basename, dirname, resolve } from 'node:path';
import type { Extractor } from '@etl/sdk';
import type { Job } from '../project/job.js';
import { silentLog, type JobWorld } from './job-world.js';

/** Reads a fixture that lies beside the job, as the connector `file` would. */
export async function fixtureExtractor(world: JobWorld, { directory }: Job, file: string): Promise<Extractor> {
  const path = resolve(directory, file);
  const connector = await world.registry.get('file');
  const connection = await connector.open({ path: dirname(path) }, world.contextWith(silentLog));
  const extractor = await connection.extractor?.({ file: basename(path) });
  if (extractor === undefined) throw new TypeError('The connector file cannot extract');
  return {
    describe: () => extractor.describe(),
    plan: (request) => extractor.plan(request),
    read: (part, after) => extractor.read(part, after),
    close: () => extractor.close().finally(() => connection.close()),
  };
}
