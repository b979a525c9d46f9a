import { EtlError, type Loader } from '@etl/sdk';
import type { Job } from '../project/job.js';
import { silentLog, type JobWorld } from './job-world.js';
import { OpenConnections } from './open-connections.js';

/** A load of a job with its loader open, for reading and setting its state. */
export interface OpenedLoad {
  /** `job/load` */
  readonly id: string;
  readonly dataset: string;
  readonly loader: Loader;
}

export interface OpenedLoads {
  readonly loads: readonly OpenedLoad[];
  close(): Promise<void>;
}

/** Opens the loaders of a job, and nothing else of it. */
export async function openLoads(world: JobWorld, job: Job): Promise<OpenedLoads> {
  const connections = new OpenConnections(world.project, world.contextWith(silentLog));
  const loads: OpenedLoad[] = [];
  const close = async (): Promise<void> => {
    for (const { loader } of loads) await loader.close();
    await connections.close();
  };
  try {
    for (const { id, dataset, to, options } of job.loads) {
      const { connection } = await connections.get(to);
      const loader = await connection.loader?.(options);
      if (loader === undefined) throw new EtlError('CAPABILITY_MISSING', `Connection ${to} cannot be loaded into`);
      loads.push({ id: `${job.name}/${id}`, dataset, loader });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { loads, close };
}
