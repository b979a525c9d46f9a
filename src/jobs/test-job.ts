import { cellsOf, cellTexts, EtlError, isEtlError, typeName, type Schema } from '@etl/sdk';
import type { Observation } from '../engine/engine-context.js';
import { defaultRunOptions, type EngineExtract, type EngineJob } from '../engine/engine-job.js';
import type { LaneReject } from '../engine/lane.js';
import { Ledger } from '../engine/ledger.js';
import { runEngine } from '../engine/run-engine.js';
import { readSchemas, resolveParams, type JobTest } from '../project/index.js';
import type { Job } from '../project/job.js';
import { checkExpectations, type ActualDataset, type ActualReject } from './check-expectations.js';
import { dryContext } from './dry-context.js';
import { fixtureExtractor } from './fixture-extractor.js';
import { givenExtractor, type GivenRow } from './given-rows.js';
import type { JobWorld } from './job-world.js';

export interface TestResult {
  readonly job: string;
  readonly name: string;
  readonly passed: boolean;
  /** What differs, in sentences; empty when it passed. */
  readonly failures: readonly string[];
  /** The job itself failed, and the test did not expect it. */
  readonly error: EtlError | null;
  readonly milliseconds: number;
}

/** When a test does not say otherwise, its run began at this moment. */
const fixedStart = new Date('2026-01-01T00:00:00Z');

/** Runs one test: extracts give the rows of the test, nothing is loaded, and all between runs as in a real run. No network, no credentials. */
export async function runJobTest(world: JobWorld, job: Job, test: JobTest): Promise<TestResult> {
  const begun = performance.now();
  const result = (failures: readonly string[], error: EtlError | null = null): TestResult => ({
    job: job.name,
    name: test.name,
    passed: failures.length === 0 && error === null,
    failures,
    error,
    milliseconds: Math.round(performance.now() - begun),
  });
  try {
    const { datasets, rejects, error } = await execute(world, job, test);
    if (error !== null && test.expect.error === undefined) return result([], error);
    return result(checkExpectations(test.expect, { datasets, rejects, error }));
  } catch (error) {
    if (isEtlError(error)) return result([], error);
    throw error;
  }
}

interface Execution {
  readonly datasets: ReadonlyMap<string, ActualDataset>;
  readonly rejects: readonly ActualReject[];
  readonly error: EtlError | null;
}

async function execute(world: JobWorld, job: Job, test: JobTest): Promise<Execution> {
  const datasets = new Map<string, ActualDataset>();
  const rejects: ActualReject[] = [];
  const observe = async (seen: Observation): Promise<void> => {
    if (seen.step === null) datasets.set(seen.dataset, await collect(seen));
  };
  const onReject = (dataset: string, reject: LaneReject): void => {
    rejects.push(actualReject(dataset, reject));
  };
  const context = dryContext(world, { observe, fuse: true, onReject, warn: () => undefined, now: () => test.started ?? fixedStart });
  const extracts = await givenExtracts(world, job, test);
  const engineJob: EngineJob = {
    name: job.name, directory: job.directory, fingerprint: 'test', namesRun: false, transforms: job.transforms, limits: limitsOf(job, test), loads: [], statements: [],
    params: resolveParams(job, test.params), extracts,
  }; // prettier-ignore
  try {
    await runEngine(engineJob, { ...defaultRunOptions, dryRun: true }, context, new Ledger());
    return { datasets, rejects, error: null };
  } catch (error) {
    if (!isEtlError(error)) throw error;
    return { datasets, rejects, error };
  } finally {
    for (const { extractor } of extracts) await extractor.close();
  }
}

/** A share of a handful of rows says nothing, so limits are judged only where the test is about them. */
const limitsOf = ({ limits }: Job, { expect }: JobTest): Job['limits'] => (expect.error === 'LIMIT_EXCEEDED' ? limits : { rejects: null });

async function givenExtracts(world: JobWorld, job: Job, { given, place }: JobTest): Promise<EngineExtract[]> {
  const schemas = await readSchemas(job);
  const extracts: EngineExtract[] = [];
  for (const { dataset, from } of job.extracts) {
    const schema = schemas.get(dataset) ?? null;
    const source = given.get(dataset) ?? { rows: [], place };
    const extractor =
      'file' in source
        ? await fixtureExtractor(world, job, source.file)
        : givenExtractor(knownSchema(schema, dataset, job), source.rows, source.place);
    extracts.push({ dataset, connection: from, extractor, schema, parallel: 1, lag: null, each: null });
  }
  return extracts;
}

function knownSchema(schema: Schema | null, dataset: string, job: Job): Schema {
  if (schema !== null) return schema;
  throw new EtlError('CONFIG_INVALID', `The columns of ${dataset} are not known, so rows cannot be given for it`, {
    hint: `Run etl preview ${job.name} once: it notes them in schemas.yaml beside the job`,
    place: { job: job.name, dataset },
  });
}

async function collect(seen: Observation): Promise<ActualDataset> {
  const { schema } = seen;
  const collected: GivenRow[] = [];
  const names = schema.fields.map(({ name }) => name);
  for await (const batch of seen.rows()) {
    const cells = cellsOf(schema, batch);
    for (let row = 0; row < batch.length; row++) collected.push(named(names, cellTexts(schema, cells, row)));
  }
  return { rows: collected, columns: schema.fields.map(({ name, type }) => ({ name, type: typeName(type) })) };
}

const actualReject = (dataset: string, { step, reason, field, values, schema }: LaneReject): ActualReject => ({
  ...(schema === null ? {} : named(schema.fields.map(({ name }) => name), values)),
  dataset,
  step,
  reason,
  field: field ?? null,
}); // prettier-ignore

const named = (names: readonly string[], values: readonly (string | null)[]): GivenRow =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]));
