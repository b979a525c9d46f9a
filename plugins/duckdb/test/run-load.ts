import type { Connection, LoadCounts, Reject } from '@etl/sdk';
import { beginLoad, finishLoad, memoryStateStore, testContext, writeRest, type LoadSpec } from '@etl/testkit';
import { join } from 'node:path';
import duckdb from '../src/index.js';
import type { DuckDbHarness } from './duckdb-harness.js';

export { beginLoad as begin, finishLoad as finish, writeRest, type LoadSpec } from '@etl/testkit';

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

/** A whole load in a connection of its own. */
export async function runLoad(harness: DuckDbHarness, spec: LoadSpec): Promise<{ counts: LoadCounts; rejects: Reject[] }> {
  const connection = await connect(harness);
  try {
    const load = await beginLoad(connection, spec);
    const rejects = await writeRest(load, spec);
    return { counts: await finishLoad(load, spec), rejects };
  } finally {
    await connection.close();
  }
}
