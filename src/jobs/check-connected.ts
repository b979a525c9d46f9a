import { EtlError, isEtlError, type ErrorCode, type LayerResult, type ParentColumns, type Schema } from '@etl/sdk';
import { addColumns } from '../engine/add-columns.js';
import { bindDatasets, checkLoad, lastOutput } from '../engine/bind-job.js';
import { withSession } from '../engine/describing-session.js';
import { inReadOrder, parentColumns } from '../engine/each-parents.js';
import { planTarget } from '../engine/open-load.js';
import { placed } from '../engine/read-plans.js';
import { readSchemas, resolveParams, type Problem, type Schemas } from '../project/index.js';
import type { EachOptions, ExtractEntry, Job, LoadEntry } from '../project/job.js';
import { compareSchemas } from './compare-schemas.js';
import { errorProblem } from './error-problem.js';
import { scriptCache, silentLog, type JobWorld } from './job-world.js';
import { OpenConnections } from './open-connections.js';
import { openExtract, openLoad, runPlaceholders, type RunPlaceholders } from './open-job.js';

export interface CheckConnectedOptions {
  readonly jobs: readonly Job[];
  /** Connections that are tried. */
  readonly connections: readonly string[];
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Tries every connection, and holds each extract and load against what is there: tables, columns, types, keys. Every mistake at once; what hangs on a
 * connection that cannot be opened is not told again. Changes nothing.
 */
export async function checkConnected(
  world: JobWorld,
  { jobs, connections: names, params }: CheckConnectedOptions,
): Promise<readonly Problem[]> {
  const connections = new OpenConnections(world.project, world.contextWith(silentLog));
  const problems: Problem[] = [];
  const open = new Set<string>();
  try {
    for (const name of names) {
      const error = await tryConnection(world, connections, name);
      if (error === null) open.add(name);
      else problems.push(errorProblem({ file: 'etl.yaml', source: '' }, error));
    }
    for (const job of jobs) problems.push(...(await checkJob(world, job, { connections, open, params, others: jobs })));
    return problems;
  } finally {
    await connections.close();
  }
}

/** The first layer that fails, as an error; null: the connection works. */
async function tryConnection({ project, signal }: JobWorld, connections: OpenConnections, name: string): Promise<EtlError | null> {
  const { place } = project.connections.get(name) ?? {};
  try {
    const { connection } = await connections.get(name);
    for await (const layer of connection.check()) {
      signal.throwIfAborted();
      if (!layer.ok) return layerError(name, layer).at({ ...place, connection: name });
    }
    return null;
  } catch (error) {
    return mistake(error).at({ ...place, connection: name });
  }
}

const refusals = /^(login|sign-?in|auth\w*|credentials?|password|permissions?|access)$/i;

const layerError = (name: string, { layer, detail, hint, code }: LayerResult): EtlError =>
  new EtlError(
    code ?? (refusals.test(layer) ? 'AUTH_FAILED' : 'UNREACHABLE'),
    `Connection ${name} fails at ${layer}${detail === undefined ? '' : `: ${detail}`}`,
    hint === undefined ? {} : { hint },
  );

const notMistakes: ReadonlySet<ErrorCode> = new Set(['CANCELLED', 'INTERNAL']);

/** An error that is told as a mistake; others are thrown on. */
function mistake(error: unknown): EtlError {
  if (isEtlError(error) && !notMistakes.has(error.code)) return error;
  throw error;
}

interface JobCheck {
  readonly connections: OpenConnections;
  /** Names of those that work. */
  readonly open: ReadonlySet<string>;
  readonly params: ReadonlyMap<string, string>;
  readonly others: readonly Job[];
}

async function checkJob(world: JobWorld, job: Job, { connections, open, params, others }: JobCheck): Promise<Problem[]> {
  const problems: EtlError[] = [];
  const told = async <T>(work: () => Promise<T>): Promise<T | null> =>
    work().catch((error: unknown) => {
      problems.push(mistake(error));
      return null;
    });
  await told(async () => {
    const values = runPlaceholders({ id: 'validate', started: world.now() }, resolveParams(job, params, { others }));
    const committed = await readSchemas(job);
    const live = new Map(committed);
    for (const extract of inReadOrder(job.extracts, job.transforms).filter(({ from }) => open.has(from))) {
      const schema = await told(async () => {
        const parents = extract.each === undefined ? null : await parentsNow(world, job, extract.each, { live, values });
        return planExtract(extract, { connections, values, committed, parents });
      });
      if (schema === null) continue;
      live.set(extract.dataset, schema);
      problems.push(...compareSchemas(job, extract.dataset, { committed: committed.get(extract.dataset) ?? null, live: schema }));
    }
    if (job.extracts.some(({ dataset }) => !live.has(dataset))) return;
    const datasets = await bindLive(world, job, live, values);
    for (const load of job.loads.filter(({ to }) => open.has(to))) {
      const schema = datasets.get(load.dataset);
      if (schema !== undefined) problems.push(...((await told(() => planLoad(job, load, { connections, values, schema }))) ?? []));
    }
  });
  return problems.map((problem) => errorProblem(job, problem));
}

interface Planning {
  readonly connections: OpenConnections;
  readonly values: RunPlaceholders;
}

/** The columns that a run would read now. Throws what the run would throw. */
async function planExtract(
  entry: ExtractEntry,
  { connections, values, committed, parents }: Planning & { readonly committed: Schemas; readonly parents: ParentColumns | null },
): Promise<Schema> {
  const schema = committed.get(entry.dataset) ?? null;
  const extract = await openExtract(entry, { connections, values, schema });
  try {
    const request = {
      since: null,
      hold: null,
      parts: 1,
      limit: 1,
      ...(schema !== null && { schema }),
      ...(parents !== null && { parents }),
    };
    return (await extract.extractor.plan(request)).schema;
  } catch (error) {
    const told = placed(error, extract);
    throw isEtlError(told) ? told.at(entry.place) : told;
  } finally {
    await extract.extractor.close();
  }
}

/** The columns that a read depends on, from what was found before it. */
const parentsNow = (
  { temporary, etl }: JobWorld,
  job: Job,
  each: EachOptions,
  { live, values: { params, run } }: { readonly live: Schemas; readonly values: RunPlaceholders },
): Promise<ParentColumns> =>
  parentColumns({ ...job, params }, each, live, { started: run.started, cache: scriptCache(etl), fuse: true, temporary });

const bindLive = (
  { temporary, etl }: JobWorld,
  job: Job,
  inputs: Schemas,
  { params, run }: RunPlaceholders,
): Promise<ReadonlyMap<string, Schema>> =>
  withSession(temporary, (session) =>
    bindDatasets({ ...job, params }, inputs, { session, started: run.started, cache: scriptCache(etl), fuse: true }),
  );

/** Every way in which a load does not fit its target. */
async function planLoad(
  job: Job,
  entry: LoadEntry,
  { connections, values, schema }: Planning & { readonly schema: Schema },
): Promise<readonly EtlError[]> {
  const load = await openLoad(job, entry, { connections, values });
  const place = { ...entry.place, connection: entry.to };
  try {
    const output = lastOutput(addColumns(load.add, schema), schema);
    checkLoad(load, output);
    const plan = await load.loader.plan?.(planTarget(load, output, { fullRefresh: false }));
    return (plan?.problems ?? []).map((problem) => problem.at(place));
  } catch (error) {
    throw isEtlError(error) ? error.at(place) : error;
  } finally {
    await load.loader.close();
  }
}
