import { cellsOf, cellTexts, typeName, type Batch, type Schema } from '@etl/sdk';
import { defaultRunOptions } from '../engine/engine-job.js';
import type { Observation } from '../engine/engine-context.js';
import { Ledger } from '../engine/ledger.js';
import { runEngine } from '../engine/run-engine.js';
import { keepSchemas } from './keep-schemas.js';
import type { Job } from '../project/job.js';
import type { ParamValue } from '../transforms/step.js';
import { dryContext } from './dry-context.js';
import { silentLog, type JobWorld } from './job-world.js';
import { OpenConnections } from './open-connections.js';
import { closeJob, openJob } from './open-job.js';

export interface PreviewOptions {
  readonly params: ReadonlyMap<string, ParamValue>;
  /** Only this dataset; null: all. */
  readonly dataset: string | null;
  /** Rows shown after each step. */
  readonly limit: number;
  /** Rows read of each extract: joins and checks see only these. */
  readonly sample: number;
  readonly warn: (message: string) => void;
}

/** A dataset as one step left it. */
export interface PreviewedStep {
  readonly dataset: string;
  readonly step: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows in and out of the step, within the sample; rows that were refused are counted. */
  readonly in: number;
  readonly out: number;
  readonly rejected: number;
}

/** Reads a sample and shows the first rows after each step. Loads nothing; columns met for the first time are noted in schemas.yaml. */
export async function previewJob(world: JobWorld, job: Job, options: PreviewOptions): Promise<readonly PreviewedStep[]> {
  const { dataset, limit, sample, params } = options;
  const steps: { seen: Observation; rows: (string | null)[][] }[] = [];
  const observe = async (seen: Observation): Promise<void> => {
    if (seen.step === null || (dataset !== null && seen.dataset !== dataset)) return;
    steps.push({ seen, rows: await firstRows(seen.schema, seen.rows(), limit) });
  };
  const ledger = new Ledger();
  const connections = new OpenConnections(world.project, world.contextWith(silentLog));
  try {
    const settings = { params, fullRefresh: true, limit: sample };
    const names = { id: 'preview', started: world.now() };
    const opened = await openJob({ ...job, loads: [], statements: [] }, { settings, names, connections, fingerprint: 'preview' });
    try {
      const context = dryContext(world, { observe, fuse: false, warn: options.warn });
      const unlimited = { ...opened, limits: { rejects: null } };
      const outcome = await runEngine(unlimited, { ...defaultRunOptions, dryRun: true, fullRefresh: true, limit: sample }, context, ledger);
      await keepSchemas(world, job, outcome.extracted);
    } finally {
      await closeJob(opened);
    }
  } finally {
    await connections.close();
  }
  return steps.map(({ seen, rows }) => ({ ...described(seen), rows, ...countsOf(ledger, steps, seen) }));
}

const described = ({ dataset, step, schema }: Observation) => ({
  dataset,
  step: step ?? '',
  columns: schema.fields.map(({ name, type }) => ({ name, type: typeName(type) })),
});

/** The n-th observation of a dataset belongs to the n-th line of its balance. */
function countsOf(ledger: Ledger, all: readonly { seen: Observation }[], seen: Observation): { in: number; out: number; rejected: number } {
  const number = all.filter((other) => other.seen.dataset === seen.dataset).findIndex((other) => other.seen === seen);
  const counts = ledger.steps(seen.dataset)[number];
  return { in: counts?.in ?? 0, out: counts?.out ?? 0, rejected: counts?.rejected ?? 0 };
}

async function firstRows(schema: Schema, batches: AsyncIterable<Batch>, limit: number): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  if (limit === 0) return rows;
  for await (const batch of batches) {
    const cells = cellsOf(schema, batch);
    for (let row = 0; row < batch.length; row++) {
      rows.push(cellTexts(schema, cells, row));
      if (rows.length === limit) return rows;
    }
  }
  return rows;
}
