import { EtlError, type Cursors } from '@etl/sdk';
import { applyChanges, changesTo, type CursorChange, type ExportedState, type LoadCursors } from '../state/index.js';
import { changeJobState, type JobAtRest } from './job-state.js';
import type { JobWorld } from './job-world.js';

export interface ImportedState {
  readonly changes: readonly CursorChange[];
  readonly applied: boolean;
}

/**
 * Gives loads exactly the cursors of a document, all jobs held at rest meanwhile. `agree` sees every change before the first is made. Throws USAGE for a
 * load that the project does not have, BUSY, FENCED.
 */
export async function importState(
  world: JobWorld,
  { loads: wanted }: ExportedState,
  agree: (changes: readonly CursorChange[]) => Promise<boolean>,
): Promise<ImportedState> {
  const jobs = [...new Set(wanted.map(({ load }) => jobOf(load)))].sort();
  const known = await world.project.jobs();
  const stranger = jobs.find((job) => !known.includes(job));
  if (stranger !== undefined) throw unknown(`job ${stranger}`, known);
  return withJobs(world, jobs, [], async (opened) => {
    const states = opened.flatMap((job) => job.states);
    const changes = wanted.flatMap(({ load, cursors }) => {
      const state = states.find((each) => each.load === load);
      if (state === undefined)
        throw unknown(
          `load ${load}`,
          states.map((each) => each.load),
        );
      return changesOf(state, cursors);
    });
    if (!(await agree(changes))) return { changes, applied: false };
    for (const job of opened) await applyChanges(job.loads, job.states, changes);
    return { changes, applied: true };
  });
}

/** Job names may hold slashes, load names do not. */
const jobOf = (load: string): string => load.slice(0, Math.max(0, load.lastIndexOf('/')));

/** Opens one job after the other and holds them all, in one order, so that two imports never wait for each other. */
async function withJobs<T>(
  world: JobWorld,
  jobs: readonly string[],
  opened: readonly JobAtRest[],
  work: (jobs: readonly JobAtRest[]) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = jobs;
  if (first === undefined) return work(opened);
  return changeJobState(world, first, (job) => withJobs(world, rest, [...opened, job], work));
}

function changesOf(state: LoadCursors, cursors: Cursors): CursorChange[] {
  const datasets = new Set([...Object.keys(state.cursors), ...Object.keys(cursors)]);
  return [...datasets].flatMap((dataset) => changesTo([state], dataset, cursors[dataset] ?? null));
}

const unknown = (what: string, known: readonly string[]): EtlError =>
  new EtlError('USAGE', `The project has no ${what}; nothing was changed`, { hint: `It has: ${known.join(', ') || 'none'}` });
