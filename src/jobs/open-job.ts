import { EtlError, isEtlError, type Json, type Schema } from '@etl/sdk';
import type { EngineExtract, EngineJob, EngineLoad, EngineTarget } from '../engine/engine-job.js';
import { fillPlaceholders, readSchemas, suppliedParams, type ParameterTaker, type PlaceholderValues } from '../project/index.js';
import { canonicalInstant } from '../engine/prepare-run.js';
import type { ExtractEntry, Job, Limits, LoadEntry, StatementsEntry } from '../project/job.js';
import type { ParamValue } from '../transforms/step.js';
import { fingerprintOf } from './fingerprint.js';
import type { JobWorld } from './job-world.js';
import type { OpenConnections } from './open-connections.js';

export interface JobSettings {
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly fullRefresh: boolean;
  /** Rows read per dataset, or null: all. */
  readonly limit: number | null;
  /** Instead of the job's own limit. */
  readonly maxRejects?: Limits['rejects'];
}

/** Identity that option texts such as `sales-{run.date}.csv` are filled with. */
export interface RunNames {
  readonly id: string;
  readonly started: Date;
}

/** What option texts and SQL of one run are filled with. */
export type RunPlaceholders = PlaceholderValues & {
  readonly run: { readonly started: string };
  readonly params: ReadonlyMap<string, ParamValue>;
};

/** The fingerprint of a job as it would run now. */
export async function jobFingerprint(
  { project, registry }: JobWorld,
  job: Job,
  { params, fullRefresh, limit }: JobSettings,
): Promise<string> {
  const used = new Set([...job.extracts.map(({ from }) => from), ...[...job.loads, ...job.statements].map(({ to }) => to)]);
  const connections = [...used].sort().map((name): Json => {
    const entry = project.connections.get(name);
    const connector = entry === undefined ? undefined : registry.find(entry.connector);
    return { name, connector: entry?.connector ?? null, version: connector?.version ?? null, options: publicOptions(entry?.options ?? {}) };
  });
  const values = [...params].map(([name, { value }]): Json => [name, value]);
  return fingerprintOf(
    { project: project.directory, job: job.directory },
    { environment: project.environment, connections, params: values, fullRefresh, limit },
  );
}

/** Secrets print as `***`, so a changed password does not make another job. */
const publicOptions = (options: object): Json =>
  JSON.parse(JSON.stringify(options, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))) as Json;

/** Opens every extractor and loader of a job. The caller closes what `connections` holds, and each of them with `closeJob`. */
export async function openJob(
  job: Job,
  {
    settings,
    names,
    connections,
    fingerprint,
  }: { settings: JobSettings; names: RunNames; connections: OpenConnections; fingerprint: string },
): Promise<EngineJob> {
  const schemas = await readSchemas(job);
  const values = runPlaceholders(names, settings.params);
  const extracts: EngineExtract[] = [];
  const loads: EngineLoad[] = [];
  const statements: EngineTarget[] = [];
  const opened = { extracts, loads, statements };
  try {
    for (const entry of job.extracts)
      extracts.push(await openExtract(entry, { connections, values, schema: schemas.get(entry.dataset) ?? null }));
    for (const entry of job.loads) loads.push(await openLoad(job, entry, { connections, values }));
    for (const entry of job.statements) statements.push(await openStatements(job, entry, { connections, values }));
  } catch (error) {
    await closeJob(opened);
    throw error;
  }
  const { name, directory, transforms, limits } = job;
  const rejects = settings.maxRejects === undefined ? limits.rejects : settings.maxRejects;
  const namesRun = [...job.extracts, ...job.loads, ...job.statements].some((entry) =>
    JSON.stringify(publicOptions(entry)).includes('{run.'),
  );
  return { name, directory, fingerprint, namesRun, params: settings.params, transforms, limits: { rejects }, ...opened };
}

export const runPlaceholders = ({ id, started }: RunNames, params: RunPlaceholders['params']): RunPlaceholders => ({
  run: { id, date: started.toISOString().slice(0, 10), started: canonicalInstant(started) },
  params,
});

/** Closes extractors and loaders; connections stay open. */
export async function closeJob({ extracts, loads, statements }: Pick<EngineJob, 'extracts' | 'loads' | 'statements'>): Promise<void> {
  for (const { extractor } of extracts) await extractor.close();
  for (const { loader } of [...loads, ...statements]) await loader.close();
}

/** Opens one extract. The caller closes its extractor. */
export async function openExtract(
  { dataset, from, options, cursor, parallel, each, place }: ExtractEntry,
  { connections, values, schema }: { connections: OpenConnections; values: RunPlaceholders; schema: Schema | null },
): Promise<EngineExtract> {
  const { connector, connection } = await connections.get(from);
  try {
    const filled = {
      ...filledOptions({ name: connector.name, schema: connector.extractor?.options }, options, {
        ...values,
        kept: new Set(each?.distinct),
      }),
      ...(cursor && { cursor: { field: cursor.field, lag: cursor.lag } }),
    };
    const extractor = await connection.extractor?.(filled);
    if (extractor === undefined) throw missing(from, 'cannot be read from');
    return { dataset, connection: from, extractor, schema, parallel, lag: cursor?.lag ?? null, each: each ?? null };
  } catch (error) {
    throw isEtlError(error) ? error.at({ ...place, connection: from, dataset }) : error;
  }
}

/** Opens one load. The caller closes its loader. */
export async function openLoad(
  job: Job,
  { id, dataset, to, mode, key, policy, orderBy, add, after, options, place }: LoadEntry,
  { connections, values }: { connections: OpenConnections; values: RunPlaceholders },
): Promise<EngineLoad> {
  const { connector, connection } = await connections.get(to);
  try {
    const loader = await connection.loader?.(filledOptions({ name: connector.name, schema: connector.loader?.options }, options, values));
    if (loader === undefined) throw missing(to, 'cannot be loaded into');
    const base = {
      id: `${job.name}/${id}`,
      name: id,
      dataset,
      connectionName: to,
      connection,
      loader,
      settlesMissing: settlesMissing(options),
    };
    return { ...base, mode, key, policy, orderBy, add: fillPlaceholders(add, values), after };
  } catch (error) {
    throw isEtlError(error) ? error.at({ ...place, connection: to, dataset }) : error;
  }
}

/** Whether the options of a load delete or mark rows that it does not bring. */
export const settlesMissing = ({ missing: settled }: LoadEntry['options']): boolean => settled === 'delete' || settled === 'mark';

/** Opens a load that is only statements. The caller closes its loader. */
export async function openStatements(
  job: Job,
  { id, to, after, options, place }: StatementsEntry,
  { connections, values }: { connections: OpenConnections; values: RunPlaceholders },
): Promise<EngineTarget> {
  const { connector, connection } = await connections.get(to);
  try {
    const loader = await connection.statements?.(
      filledOptions({ name: connector.name, schema: connector.statements?.options }, options, values),
    );
    if (loader === undefined) throw missing(to, 'runs no statements');
    return { id: `${job.name}/${id}`, name: id, connectionName: to, connection, loader, after };
  } catch (error) {
    throw isEtlError(error) ? error.at({ ...place, connection: to }) : error;
  }
}

/** Options with placeholders filled in, and the values of `:name` in their SQL beside them. */
const filledOptions = (taker: ParameterTaker, options: LoadEntry['options'], values: RunPlaceholders) => ({
  ...fillPlaceholders(options, values),
  ...suppliedParams(taker, options, { params: values.params, started: values.run.started }),
});

const missing = (connection: string, what: string): EtlError => new EtlError('CAPABILITY_MISSING', `Connection ${connection} ${what}`);
