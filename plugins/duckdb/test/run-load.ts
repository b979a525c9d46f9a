import type { Connection, Cursors, Json, Load, LoadCounts, Mode, Reject, Schema, SchemaPolicy } from '@etl/sdk';
import { batchOf, memoryStateStore, testContext, type TextRow } from '@etl/testkit';
import { join } from 'node:path';
import duckdb from '../src/index.js';
import type { DuckDbHarness } from './duckdb-harness.js';

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
}

/** A connection of its own to the harness's database. */
export const connect = (
  harness: DuckDbHarness,
  failpoint?: (name: string) => Promise<void>,
  signal = new AbortController().signal,
): Promise<Connection> =>
  duckdb.open(
    { path: harness.path },
    testContext({
      directory: harness.folder,
      temporary: join(harness.folder, 'run'),
      state: memoryStateStore(),
      signal,
      columnar: harness.columnar,
      ...(failpoint === undefined ? {} : { failpoint }),
    }),
  );

export async function begin(connection: Connection, spec: LoadSpec): Promise<Load> {
  const { id = 'job/load', options, schema, mode, key = [], policy = 'evolve', run = 'r1' } = spec;
  const loader = await connection.loader?.(options);
  if (loader === undefined) throw new Error('no loader');
  const { epoch } = await loader.state(id);
  return loader.begin({ id, epoch, run, fingerprint: 'f', plan: null, parts: ['0'], schema, mode, key, policy, takeOver: false });
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

export async function finish(load: Load, { run = 'r1', cursors = {} }: LoadSpec): Promise<LoadCounts> {
  const { rows } = await load.seal();
  return load.publish({ run, rows, cursors, summary: null });
}

/** A whole load in a connection of its own. */
export async function runLoad(harness: DuckDbHarness, spec: LoadSpec): Promise<{ counts: LoadCounts; rejects: Reject[] }> {
  const connection = await connect(harness);
  try {
    const load = await begin(connection, spec);
    const rejects = await writeRest(load, spec);
    return { counts: await finish(load, spec), rejects };
  } finally {
    await connection.close();
  }
}
