import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEtlError, type Place } from '@etl/sdk';
import { bindDatasets, checkLoad } from '../engine/bind-job.js';
import { withSession } from '../engine/describing-session.js';
import { pickParents } from '../engine/each-parents.js';
import { readSchemas, type Problem, type Project } from '../project/index.js';
import type { Job } from '../project/job.js';
import { errorProblem } from './error-problem.js';
import { refuseState } from './refuse-state.js';

/** Any moment does: only its type matters. */
const started = '2026-01-01 00:00:00.000+00:00';

/**
 * Binds the steps of a job to the columns in schemas.yaml: SQL, expressions, scripts, types and the columns that steps and loads name. Answers
 * the first mistake, or nothing; also nothing where the columns of an extract are not known yet. Reads no source.
 */
export async function checkSteps(project: Project, job: Job): Promise<readonly Problem[]> {
  const schemas = await readSchemas(job);
  const known = new Map([...schemas].filter(([dataset]) => job.extracts.some((extract) => extract.dataset === dataset)));
  const folder = await mkdtemp(join(tmpdir(), 'etl-validate-'));
  try {
    refuseState(project);
    if (known.size === job.extracts.length) await bind(job, known, folder);
    return [];
  } catch (error) {
    if (isEtlError(error)) return [errorProblem(job, error)];
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bind(job: Job, inputs: Parameters<typeof bindDatasets>[1], folder: string): Promise<void> {
  const params = new Map([...job.params].map(([name, { type, default: value = null }]) => [name, { type, value }] as const));
  const datasets = await withSession(folder, (session) =>
    bindDatasets({ ...job, params }, inputs, { session, started, cache: join(folder, 'scripts'), fuse: true }),
  );
  for (const { each, place } of job.extracts) {
    const schema = each === undefined ? undefined : datasets.get(each.dataset);
    if (each !== undefined && schema !== undefined) placedAt(place, () => pickParents(each, schema));
  }
  for (const { id, dataset, key, orderBy, place } of job.loads) {
    const schema = datasets.get(dataset);
    if (schema === undefined) continue;
    placedAt(place, () => checkLoad({ name: id, dataset, key, orderBy }, schema));
  }
}

function placedAt(place: Place, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw isEtlError(error) ? error.at(place) : error;
  }
}
