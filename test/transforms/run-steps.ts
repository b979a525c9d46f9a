import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database, type Session } from '@etl/columnar';
import { cellsOf, cellTexts, parseTypeName, textBatch, type Batch, type Schema } from '@etl/sdk';
import {
  bindSteps,
  planStages,
  type BindContext,
  type BoundStep,
  type ParamValue,
  type Stage,
  type StageResources,
  type StageResult,
  type StepCounts,
  type StepReject,
  type StreamOperator,
} from '../../src/transforms/index.js';
import { addStepCounts } from '../../src/transforms/add-step-counts.js';

/** A job's worth of surroundings for steps: a DuckDB in memory, a folder, a signal. */
export interface Bench {
  readonly folder: string;
  readonly database: Database;
  readonly session: Session;
  readonly resources: StageResources;
  readonly warnings: string[];
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-steps-'));
  const database = await openDatabase(':memory:', { temporary: folder });
  const session = await database.connect();
  const warnings: string[] = [];
  return {
    folder,
    database,
    session,
    warnings,
    resources: {
      temporary: folder,
      signal: new AbortController().signal,
      connect: () => database.connect(),
      warn: (message) => void warnings.push(message),
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `id: integer, name: text` as a schema. */
export const schemaOf = (columns: { readonly [name: string]: string }): Schema => ({
  fields: Object.entries(columns).map(([name, type]) => ({ name, type: parseTypeName(type), nullable: true })),
  key: [],
});

export type Texts = readonly (string | null)[];

/** Rows of texts as cells; `first` is the number of the first row. */
export function textsBatch(schema: Schema, rows: readonly Texts[], first = 0): Batch {
  const pieces: Buffer[] = [];
  const index = new Int32Array(rows.length * schema.fields.length * 2);
  let end = 0;
  let at = 0;
  for (const row of rows)
    for (const [column] of schema.fields.entries()) {
      const cell = row[column] ?? null;
      index[at] = index[at + 1] = -1;
      if (cell !== null) {
        const bytes = Buffer.from(cell);
        pieces.push(bytes);
        index[at] = end;
        index[at + 1] = end += bytes.length;
      }
      at += 2;
    }
  return textBatch(schema, { bytes: Buffer.concat(pieces), index, stride: schema.fields.length }, { origin: { part: 'p', first } });
}

export const textsOf = (schema: Schema, batch: Batch): Texts[] => {
  const cells = cellsOf(schema, batch);
  return Array.from({ length: batch.length }, (_, row) => cellTexts(schema, cells, row));
};

export interface StepWishes {
  readonly [step: string]: unknown;
}

export interface Outcome {
  readonly schema: Schema;
  readonly rows: readonly Texts[];
  readonly counts: readonly StepCounts[];
  readonly rejects: readonly StepReject[];
  readonly steps: readonly BoundStep[];
  readonly stages: readonly Stage[];
  readonly numbers: readonly number[];
}

export interface RunOptions {
  readonly params?: { readonly [name: string]: ParamValue };
  readonly batchRows?: number;
  readonly directory?: string;
}

export function contextOf(bench: Bench, input: Schema | null, { params = {}, directory = bench.folder }: RunOptions = {}): BindContext {
  return {
    dataset: 'rows', input, datasets: new Map(input === null ? [] : [['rows', input]]), params: new Map(Object.entries(params)), started: '2026-11-20 06:00:00+00:00',
    directory, cache: join(bench.folder, 'cache'), place: { file: 'jobs/x/job.yaml', line: 7 }, session: bench.session,
  }; // prettier-ignore
}

/** Binds steps one behind the other. */
export async function bindAll(bench: Bench, input: Schema, wishes: readonly StepWishes[], options: RunOptions = {}): Promise<BoundStep[]> {
  const bound: BoundStep[] = [];
  let schema = input;
  for (const wish of wishes)
    for (const [name, wished] of Object.entries(wish)) {
      const more = await bindSteps(
        { name, options: wished, place: { file: 'jobs/x/job.yaml', line: 9 } },
        contextOf(bench, schema, options),
      );
      bound.push(...more);
      schema = more.at(-1)?.output ?? schema;
    }
  return bound;
}

/** Runs steps over rows: stream stages in batches, table stages in the database. */
/** The results of all batches, in groups of up to three. */
async function applyGroups(operator: StreamOperator, batches: readonly Batch[]): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (let at = 0; at < batches.length; at += 3) results.push(...(await operator.apply(batches.slice(at, at + 3))));
  return results;
}

/** The result of one batch alone. */
export async function applyOne(operator: StreamOperator, batch: Batch): Promise<StageResult> {
  const [result] = await operator.apply([batch]);
  if (result === undefined) throw new Error('There is no result');
  return result;
}

export async function runSteps(
  bench: Bench,
  input: Schema,
  rows: readonly Texts[],
  wishes: readonly StepWishes[],
  options: RunOptions = {},
): Promise<Outcome> {
  const steps = await bindAll(bench, input, wishes, options);
  const stages = planStages(steps, input);
  let schema = input;
  let batches: Batch[] = [];
  const size = options.batchRows ?? 1000;
  for (let at = 0; at < Math.max(rows.length, 1); at += size) batches.push(textsBatch(input, rows.slice(at, at + size), at));
  const counts: StepCounts[] = [];
  const rejects: StepReject[] = [];
  for (const stage of stages) {
    if (stage.kind !== 'stream') throw new Error('runSteps runs stream stages only');
    const operator = await stage.open(bench.resources);
    const out: Batch[] = [];
    let total: readonly StepCounts[] = [];
    try {
      for (const result of await applyGroups(operator, batches)) {
        out.push(result.batch);
        rejects.push(...result.rejects);
        total = addStepCounts(total, result.counts);
      }
    } finally {
      await operator.close();
    }
    batches = out;
    counts.push(...total);
    schema = stage.output;
  }
  const numbers = batches.flatMap(({ length, origin }) =>
    Array.from({ length }, (_, row) => origin?.numbers?.[row] ?? (origin?.first ?? 0) + row),
  );
  return { schema, rows: batches.flatMap((batch) => textsOf(schema, batch)), counts, rejects, steps, stages, numbers };
}
