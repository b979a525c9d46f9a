import { EtlError, suggestion } from '@etl/sdk';
import type { Project } from '../project/index.js';
import type { Job } from '../project/job.js';

export interface JobSelection {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly tags: readonly string[];
}

/** The jobs that are meant, each once, in the order given, else by name. Throws USAGE where nothing is meant or a name is unknown, CONFIG_INVALID with every mistake of a job. */
export async function selectJobs(project: Project, { names, all, tags }: JobSelection): Promise<readonly Job[]> {
  const known = await project.jobs();
  if (known.length === 0) throw new EtlError('USAGE', 'This project has no job yet', { hint: 'Make one with: etl init' });
  for (const name of names) if (!known.includes(name)) throw unknownJob(name, known);
  if (names.length === 0 && !all && tags.length === 0)
    throw new EtlError('USAGE', 'Which job?', { hint: `Name one or more, or --all: ${known.join(', ')}` });
  const wanted = names.length > 0 ? [...new Set(names)] : known;
  const jobs: Job[] = [];
  for (const name of wanted) jobs.push(await project.job(name));
  const tagged = tags.length === 0 ? jobs : jobs.filter((job) => tags.some((tag) => job.tags.includes(tag)));
  if (tagged.length > 0) return tagged;
  throw new EtlError('USAGE', `No job has the tag ${tags.join(' or ')}`, { hint: `Jobs are ${known.join(', ')}` });
}

const unknownJob = (name: string, known: readonly string[]): EtlError =>
  new EtlError('USAGE', `There is no job ${name}`, { hint: suggestion(name, known, { what: 'Jobs' }) ?? 'etl init makes one' });
