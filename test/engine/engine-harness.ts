import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtlError, type Connection, type Context, type Extractor, type Schema } from '@etl/sdk';
import { MemoryServer, memoryConnector, memoryStateStore, testContext } from '@etl/testkit';
import { defaultCheckpoint, type EngineContext, type Manifest } from '../../src/engine/engine-context.js';
import { defaultRunOptions, type EngineJob, type EngineLoad, type RunOptions } from '../../src/engine/engine-job.js';
import type { LaneReject } from '../../src/engine/lane.js';
import { Ledger } from '../../src/engine/ledger.js';
import { runEngine, type RunOutcome } from '../../src/engine/run-engine.js';
import type { EachOptions, StepEntry } from '../../src/project/job.js';
import type { ParamValue } from '../../src/transforms/step.js';

type Texts = readonly (string | null)[];

export interface EachSketch {
  readonly table: string;
  readonly each?: EachOptions;
  readonly parallel?: number;
}

export interface JobSketch {
  /** Dataset to table, or to table and what the read depends on. */
  readonly extracts: { readonly [dataset: string]: string | EachSketch };
  readonly transforms?: readonly { readonly dataset: string; readonly steps: readonly (readonly [name: string, options: unknown])[] }[];
  readonly loads: readonly (Partial<EngineLoad> & { readonly dataset: string; readonly table: string })[];
  readonly limits?: EngineJob['limits'];
  readonly fingerprint?: string;
  /** Stands between the engine and each extractor. */
  readonly tamper?: (extractor: Extractor) => Extractor;
  readonly params?: ReadonlyMap<string, ParamValue>;
}

export interface Ran {
  readonly outcome: RunOutcome | null;
  readonly error: unknown;
  readonly ledger: Ledger;
}

/** A world in memory that outlives runs, as targets and the folder `.etl` do. */
export class EngineWorld {
  readonly server = new MemoryServer();
  readonly passed: string[] = [];
  readonly rejects = new Map<string, LaneReject[]>();
  manifest: Manifest | null = null;
  /** `name:n` at which the next run fails. */
  failAt: string | null = null;
  rowsPerCheckpoint = 2;
  #runs = 0;

  private constructor(readonly directory: string) {}

  static async create(): Promise<EngineWorld> {
    return new EngineWorld(await mkdtemp(join(tmpdir(), 'etl-engine-')));
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  seed(table: string, schema: Schema, rows: readonly Texts[]): void {
    const version = (this.server.tables.get(table)?.version ?? 0) + 1;
    this.server.tables.set(table, { fields: schema.fields, rows: rows.map((row) => [...row]), version });
  }

  rows(table: string): readonly Texts[] {
    return this.server.tables.get(table)?.rows ?? [];
  }

  async run(sketch: JobSketch, options: Partial<RunOptions> = {}, signal: AbortSignal = new AbortController().signal): Promise<Ran> {
    const ledger = new Ledger();
    const failpoint = this.#failpoint();
    const connection = await memoryConnector(this.server).open(
      {},
      testContext({ directory: this.directory, temporary: this.directory, state: memoryStateStore(), signal, failpoint }),
    );
    try {
      const job = await engineJob(sketch, connection);
      const outcome = await runEngine(job, { ...defaultRunOptions, ...options }, this.#context(failpoint, signal), ledger);
      return { outcome, error: null, ledger };
    } catch (error) {
      return { outcome: null, error, ledger };
    } finally {
      await connection.close();
    }
  }

  #failpoint(): Context['failpoint'] {
    const hits = new Map<string, number>();
    this.passed.length = 0;
    return async (name) => {
      const hit = (hits.get(name) ?? 0) + 1;
      hits.set(name, hit);
      this.passed.push(`${name}:${hit}`);
      if (this.failAt === `${name}:${hit}`) throw new EtlError('INTERNAL', `Stopped on purpose at ${name}:${hit}`);
    };
  }

  #context(failpoint: Context['failpoint'], signal: AbortSignal): EngineContext {
    return {
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      signal, failpoint,
      progress: () => undefined,
      checkpoint: { ...defaultCheckpoint, rows: this.rowsPerCheckpoint },
      manifest: {
        read: async () => this.manifest,
        write: async (manifest) => {
          this.manifest = manifest;
        },
        remove: async () => {
          this.manifest = null;
        },
      },
      rejects: (run) => async (dataset, part) => {
        const key = `${run}/${dataset}/${part}`;
        const kept = this.rejects.get(key) ?? [];
        this.rejects.set(key, kept);
        return {
          append: async (rejects) => void kept.push(...rejects),
          sync: async () => kept.length,
          truncate: async (offset) => void kept.splice(offset),
          close: async () => undefined,
        };
      },
      spool: (run) => join(this.directory, 'spool', `${run}.duckdb`),
      temporary: this.directory,
      cache: this.directory,
      fuse: true,
      observe: null,
      now: () => new Date('2026-11-20T06:00:00Z'),
      newRunId: () => `run-${++this.#runs}`,
      onRun: async () => undefined,
    }; // prettier-ignore
  }
}

async function engineJob(sketch: JobSketch, connection: Connection): Promise<EngineJob> {
  const extracts = [];
  for (const [dataset, given] of Object.entries(sketch.extracts)) {
    const { table, each = null, parallel = 1 } = typeof given === 'string' ? { table: given } : given;
    const extractor = await connection.extractor?.({ table });
    if (extractor === undefined) throw new TypeError('no extractor');
    extracts.push({
      dataset,
      connection: 'memory',
      extractor: sketch.tamper?.(extractor) ?? extractor,
      schema: null,
      parallel,
      lag: null,
      each,
    });
  }
  const loads: EngineLoad[] = [];
  for (const { table, dataset, ...more } of sketch.loads) {
    const loader = await connection.loader?.({ table });
    if (loader === undefined) throw new TypeError('no loader');
    loads.push({
      id: `job/${table}`, name: table, dataset, connectionName: 'memory', connection, loader, mode: 'replace', key: [], policy: 'evolve',
      orderBy: [], add: {}, after: [], settlesMissing: false, ...more,
    }); // prettier-ignore
  }
  const transforms = (sketch.transforms ?? []).map(({ dataset, steps }) => ({
    dataset,
    steps: steps.map(([name, options]): StepEntry => ({ name, options, place: { file: 'job.yaml' } })),
  }));
  return {
    name: 'job', directory: tmpdir(), fingerprint: sketch.fingerprint ?? 'fingerprint', namesRun: false, params: sketch.params ?? new Map(),
    extracts, transforms, loads, statements: [], limits: sketch.limits ?? { rejects: null },
  }; // prettier-ignore
}
