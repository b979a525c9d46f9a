import {
  Secret,
  type Connection,
  type Connector,
  type Cursors,
  type Json,
  type Load,
  type LoadCounts,
  type Mode,
  type Reject,
  type Schema,
  type SchemaPolicy,
} from '@etl/sdk';
import { tmpdir } from 'node:os';
import { batchOf } from './batch-of.js';
import { memoryStateStore } from './memory-state-store.js';
import { testContext } from './test-context.js';
import type { TextRow } from './text-row.js';

/** One load of rows, as the engine would do it. */
export interface LoadSpec {
  readonly id?: string;
  readonly options: { readonly [name: string]: unknown };
  readonly schema: Schema;
  readonly mode: Mode;
  readonly key?: readonly string[];
  readonly policy?: SchemaPolicy;
  readonly run?: string;
  readonly rows: readonly TextRow[];
  readonly cursors?: Cursors;
  /** Rows between two saves. */
  readonly every?: number;
  readonly takeOver?: boolean;
}

/** What a test watches of a connection. */
export interface OpenOptions {
  readonly failpoint?: (name: string) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly warn?: (message: string) => void;
}

/** Takes the load at the epoch that it has. */
export async function beginLoad(connection: Connection, spec: LoadSpec): Promise<Load> {
  const { id = 'job/load', options, schema, mode, key = [], policy = 'evolve', run = 'r1', takeOver = false } = spec;
  const loader = await connection.loader?.(options);
  if (loader === undefined) throw new Error('no loader');
  const { epoch } = await loader.state(id);
  return loader.begin({ id, epoch, run, fingerprint: 'f', plan: null, parts: ['0'], schema, mode, key, policy, takeOver });
}

/** Writes the rows behind the saved mark, which is their number. */
export async function writeRest(load: Load, { schema, rows, every = 1_000_000 }: LoadSpec): Promise<Reject[]> {
  const writer = await load.part('0');
  const rejects: Reject[] = [];
  let at = Number(writer.after ?? 0);
  do {
    const next = Math.min(rows.length, at + every);
    await writer.write(batchOf(schema, rows.slice(at, next), { form: 'text', part: '0', first: at }));
    rejects.push(...(await writer.flush()));
    await writer.save(next satisfies Json);
    at = next;
  } while (at < rows.length);
  await writer.close();
  return rejects;
}

/** Seals and publishes. */
export async function finishLoad(load: Load, { run = 'r1', cursors = {} }: LoadSpec): Promise<LoadCounts> {
  const { rows } = await load.seal();
  return load.publish({ run, rows, cursors, summary: null });
}

/** What a load would change, told without a run: the rows come in batches of two. */
export async function compareLoad(
  connection: Connection,
  spec: LoadSpec,
  commit: { readonly partial?: boolean } = {},
): Promise<LoadCounts> {
  const { id = 'job/load', options, schema, mode, key = [], policy = 'evolve', rows } = spec;
  const comparison = await (await connection.loader?.(options))?.compare?.({ id, schema, mode, key, policy });
  if (comparison === undefined) throw new Error('The loader cannot compare');
  try {
    for (let at = 0; at < rows.length; at += 2)
      await comparison.write(batchOf(schema, rows.slice(at, at + 2), { form: 'text', part: '0', first: at }));
    return await comparison.end(commit);
  } finally {
    await comparison.close();
  }
}

export interface ConnectorLoads {
  /** A connection of its own; a plain password becomes a secret. */
  connect(options: object, open?: OpenOptions): Promise<Connection>;
  /** A whole load in a connection of its own. */
  runLoad(options: object, spec: LoadSpec, open?: OpenOptions): Promise<{ counts: LoadCounts; rejects: Reject[] }>;
}

/** Connections and loads of one connector, for tests of what the contract does not ask. */
export function connectorLoads(connector: Connector): ConnectorLoads {
  const connect: ConnectorLoads['connect'] = (options, { failpoint, signal = new AbortController().signal, warn } = {}) => {
    const { password } = options as { readonly password?: unknown };
    const context = testContext({
      directory: tmpdir(),
      temporary: tmpdir(),
      state: memoryStateStore(),
      signal,
      ...(failpoint === undefined ? {} : { failpoint }),
    });
    const log = warn === undefined ? context.log : { ...context.log, warn };
    return connector.open({ ...options, ...(typeof password === 'string' ? { password: new Secret(password) } : {}) }, { ...context, log });
  };
  return {
    connect,
    async runLoad(options, spec, open = {}) {
      const connection = await connect(options, open);
      try {
        const load = await beginLoad(connection, spec);
        const rejects = await writeRest(load, spec);
        return { counts: await finishLoad(load, spec), rejects };
      } finally {
        await connection.close();
      }
    },
  };
}
