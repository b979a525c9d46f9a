import type { Session } from '@etl/columnar';
import { EtlError, isEtlError, type Schema } from '@etl/sdk';
import { bindSteps, planStages } from '../transforms/index.js';
import type { BindContext, BoundStep, Stage, StreamStage } from '../transforms/step.js';
import { addColumns } from './add-columns.js';
import { orderOperations } from './order-operations.js';
import type { EngineExtract, EngineJob, EngineLoad } from './engine-job.js';

/** The job as work: lanes that extract, operations in the spool, loads. */
export interface BoundJob {
  readonly lanes: readonly ExtractLane[];
  readonly operations: readonly Operation[];
  /** Loads that read the spool; the others hang on a lane. */
  readonly spoolLoads: readonly SpoolLoad[];
  /** Schema of each dataset as its last step leaves it. */
  readonly datasets: ReadonlyMap<string, Schema>;
  /** Extracts on which a load depends, by load name: their cursors are published with it. */
  readonly sources: ReadonlyMap<string, ReadonlySet<string>>;
  /** All datasets that the rows of a load come through, by load name. */
  readonly lineage: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One extract with the row steps that directly follow it. */
export interface ExtractLane {
  readonly extract: EngineExtract;
  readonly input: Schema;
  readonly stages: readonly StreamStage[];
  readonly output: Schema;
  /** Straight into the target, or null: into the spool. */
  readonly load: EngineLoad | null;
}

export interface Operation {
  readonly dataset: string;
  readonly stage: Stage;
  /** Datasets whose tables it reads, its own included. */
  readonly reads: readonly string[];
  /** One later operation reads the result, and nothing else. */
  readonly lazy: boolean;
}

export interface SpoolLoad {
  readonly load: EngineLoad;
  readonly input: Schema;
  readonly stages: readonly StreamStage[];
  readonly output: Schema;
}

export interface BindOptions {
  readonly session: Session;
  readonly started: string;
  readonly cache: string;
  /** false: every step is an operation of its own, so that its rows can be looked at. */
  readonly fuse: boolean;
}

interface Segment {
  readonly dataset: string;
  readonly input: Schema | null;
  readonly steps: BoundStep[];
  /** Another dataset has read this version: later steps make a new one. */
  closed: boolean;
}

/**
 * Binds every step to its input and sorts the work: row steps behind an extract run while it is read, row steps before a load while
 * it is loaded, all else in the spool. A dataset that goes from one extract through row steps to one load never touches the spool.
 */
export async function bindJob(job: EngineJob, inputs: ReadonlyMap<string, Schema>, options: BindOptions): Promise<BoundJob> {
  const schemas = new Map(inputs);
  const ancestors = new Map([...inputs.keys()].map((dataset) => [dataset, new Set([dataset])]));
  const segments = await bindSegments(job, schemas, ancestors, options);
  const parents = new Map(job.extracts.flatMap(({ dataset, each }) => (each === null ? [] : [[dataset, each.dataset] as const])));
  const isParent = (dataset: string): boolean => [...parents.values()].includes(dataset);
  const readByOthers = new Set(parents.values());
  const perSegment = segments.map((segment) => ({ segment, stages: planStages(segment.steps, segment.input) }));
  for (const { segment, stages } of perSegment)
    for (const dataset of stages.flatMap(readsOf)) if (dataset !== segment.dataset) readByOthers.add(dataset);

  const loadsOf = (dataset: string): EngineLoad[] => job.loads.filter((load) => load.dataset === dataset);
  const heads = new Map<string, StreamStage[]>();
  const tails = new Map<string, StreamStage[]>();
  const operations: Omit<Operation, 'lazy'>[] = [];
  const staysInLane = (dataset: string): boolean =>
    loadsOf(dataset).length === 1 &&
    loadsOf(dataset)[0]?.orderBy.length === 0 &&
    !readByOthers.has(dataset) &&
    perSegment.every(({ segment, stages }) => segment.dataset !== dataset || stages.every(isStream));
  for (const [index, { segment, stages }] of perSegment.entries()) {
    const { dataset } = segment;
    const isFirst = perSegment.findIndex((other) => other.segment.dataset === dataset) === index;
    const isLast = perSegment.findLastIndex((other) => other.segment.dataset === dataset) === index;
    const head = options.fuse && isFirst && inputs.has(dataset) ? stages.length - withoutLeadingStreams(stages).length : 0;
    const [inLane, onTable] = staysInLane(dataset)
      ? [stages.slice(0, head).filter(isStream), []]
      : splitHead(stages.slice(0, head).filter(isStream));
    heads.set(dataset, [...(heads.get(dataset) ?? []), ...inLane]);
    const rest = [...onTable, ...stages.slice(head)];
    const mayTail =
      options.fuse &&
      isLast &&
      !isParent(dataset) &&
      loadsOf(dataset).length === 1 &&
      !readLater(perSegment, index, dataset) &&
      loadsOf(dataset)[0]?.orderBy.length === 0;
    const tail = mayTail ? trailingStreams(rest) : [];
    tails.set(dataset, tail);
    for (const stage of rest.slice(0, rest.length - tail.length))
      operations.push({ dataset, stage, reads: stage.kind === 'table' ? stage.reads : [dataset] });
  }

  const lanes: ExtractLane[] = [];
  const direct = new Set<EngineLoad>();
  for (const extract of job.extracts) {
    const input = schemaOf(inputs, extract.dataset);
    const stages = heads.get(extract.dataset) ?? [];
    const [load, ...others] = loadsOf(extract.dataset);
    const touchesSpool = operations.some(({ dataset }) => dataset === extract.dataset) || readByOthers.has(extract.dataset);
    const isDirect = load !== undefined && others.length === 0 && !touchesSpool && load.orderBy.length === 0;
    const all = isDirect ? [...stages, ...(tails.get(extract.dataset) ?? []), ...addColumns(load.add, lastOutput(stages, input))] : stages;
    if (isDirect) direct.add(load);
    lanes.push({ extract, input, stages: all, output: lastOutput(all, input), load: isDirect ? load : null });
  }
  const spoolLoads = job.loads
    .filter((load) => !direct.has(load))
    .map((load) => {
      const tail = tails.get(load.dataset) ?? [];
      const output = schemaOf(schemas, load.dataset);
      const [first] = tail;
      const input = first === undefined ? output : first.input;
      const stages = [...tail, ...addColumns(load.add, output)];
      return { load, input, stages, output: lastOutput(stages, input) };
    });
  const lineage = new Map(job.loads.map(({ name, dataset }) => [name, lineageOf(dataset, ancestors, parents)]));
  const sources = new Map([...lineage].map(([name, datasets]) => [name, new Set([...datasets].filter((each) => inputs.has(each)))]));
  for (const load of job.loads) checkLoad(load, schemaOf(schemas, load.dataset));
  return { lanes, operations: withReaders(orderOperations(operations, parents), job), spoolLoads, datasets: schemas, sources, lineage };
}

/** All datasets that the rows of one come through, also those that its extracts are read for. */
function lineageOf(
  dataset: string,
  ancestors: ReadonlyMap<string, ReadonlySet<string>>,
  parents: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [dataset];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const name of ancestors.get(next) ?? [next]) {
      if (found.has(name)) continue;
      found.add(name);
      const parent = parents.get(name);
      if (parent !== undefined) queue.push(parent);
    }
  return found;
}

/** What binding needs to know of a job. */
export type BindableJob = Pick<EngineJob, 'name' | 'directory' | 'params' | 'transforms'>;

/** The columns of every dataset behind its last step, found without reading a row. Throws the first mistake, with its place. */
export async function bindDatasets(
  job: BindableJob,
  inputs: ReadonlyMap<string, Schema>,
  options: BindOptions,
): Promise<ReadonlyMap<string, Schema>> {
  const schemas = new Map(inputs);
  await bindSegments(job, schemas, new Map(), options);
  return schemas;
}

async function bindSegments(
  job: BindableJob,
  schemas: Map<string, Schema>,
  ancestors: Map<string, Set<string>>,
  { session, started, cache, fuse }: BindOptions,
): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const { dataset, steps } of job.transforms) {
    for (const entry of steps) {
      const input = schemas.get(dataset) ?? null;
      const context: BindContext = {
        dataset, input, datasets: schemas, params: job.params, started, directory: job.directory, cache, session,
        place: { ...entry.place, job: job.name, dataset },
      }; // prettier-ignore
      const bound = await bindSteps(entry, context).catch((error: unknown) => {
        throw isEtlError(error) ? error.at({ ...entry.place, job: job.name, dataset, step: entry.name }) : error;
      });
      for (const step of bound) {
        const reads = planStages([step], schemas.get(dataset) ?? null)
          .flatMap(readsOf)
          .filter((name) => name !== dataset);
        for (const segment of segments) if (reads.includes(segment.dataset)) segment.closed = true;
        const open = segments.findLast((segment) => segment.dataset === dataset);
        if (fuse && open !== undefined && !open.closed && reads.length === 0) open.steps.push(step);
        else {
          if (open !== undefined) open.closed = true;
          segments.push({ dataset, input: schemas.get(dataset) ?? null, steps: [step], closed: false });
        }
        schemas.set(dataset, step.output);
        const own = ancestors.get(dataset) ?? new Set([dataset]);
        for (const name of reads) for (const source of ancestors.get(name) ?? []) own.add(source);
        ancestors.set(dataset, own);
      }
    }
  }
  return segments;
}

const isStream = (stage: Stage): stage is StreamStage => stage.kind === 'stream';

const readsOf = (stage: Stage): readonly string[] => (stage.kind === 'table' ? stage.reads : []);

/** Row steps behind an extract whose rows go to a table anyway: those that run while it is read, and those that are better done on the table. */
function splitHead(stages: readonly StreamStage[]): [readonly StreamStage[], readonly StreamStage[]] {
  const last = stages.at(-1);
  if (last?.split === undefined) return [stages, []];
  const { lane, table } = last.split;
  return [[...stages.slice(0, -1), ...(lane === null ? [] : [lane])], [table]];
}

/** Whether what an operation makes is read by one later operation alone. */
function withReaders(operations: readonly Omit<Operation, 'lazy'>[], job: EngineJob): Operation[] {
  return operations.map((operation, index) => {
    const later = operations.slice(index + 1);
    const next = later.findIndex(({ dataset }) => dataset === operation.dataset);
    const readers = (next < 0 ? later : later.slice(0, next + 1)).filter(({ reads }) => reads.includes(operation.dataset));
    const isLoaded =
      next < 0 &&
      (job.loads.some(({ dataset }) => dataset === operation.dataset) ||
        job.extracts.some(({ each }) => each?.dataset === operation.dataset));
    return { ...operation, lazy: readers.length === 1 && !isLoaded };
  });
}

function withoutLeadingStreams(stages: readonly Stage[]): readonly Stage[] {
  const first = stages.findIndex((stage) => !isStream(stage));
  return first < 0 ? [] : stages.slice(first);
}

function trailingStreams(stages: readonly Stage[]): StreamStage[] {
  const last = stages.findLastIndex((stage) => !isStream(stage));
  return stages.slice(last + 1).filter(isStream);
}

const readLater = (all: readonly { stages: readonly Stage[]; segment: Segment }[], index: number, dataset: string): boolean =>
  all.some(({ stages, segment }, other) => other > index && segment.dataset !== dataset && stages.flatMap(readsOf).includes(dataset));

export const lastOutput = (stages: readonly StreamStage[], input: Schema): Schema => stages.at(-1)?.output ?? input;

function schemaOf(schemas: ReadonlyMap<string, Schema>, dataset: string): Schema {
  const schema = schemas.get(dataset);
  if (schema !== undefined) return schema;
  throw new EtlError('CONFIG_INVALID', `There is no dataset ${dataset}`, { hint: `Datasets are ${[...schemas.keys()].join(', ')}` });
}

/** Throws SCHEMA_MISMATCH where a load names a column that its dataset does not have. */
export function checkLoad(
  { name, key, orderBy, dataset }: Pick<EngineLoad, 'name' | 'key' | 'orderBy' | 'dataset'>,
  { fields }: Schema,
): void {
  const names = new Set(fields.map((field) => field.name));
  const missing = [...key, ...orderBy].find((column) => !names.has(column));
  if (missing === undefined) return;
  throw new EtlError('SCHEMA_MISMATCH', `Load ${name} names column ${missing}, which dataset ${dataset} does not have`, {
    hint: `Its columns are ${[...names].join(', ')}`,
    place: { dataset },
  });
}
