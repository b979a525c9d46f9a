import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const noSink =
  'no bundled connector loads through sinkLoader; packages/testkit/test/sink-loader.contract.test.ts cuts it off at each point';

/** Failpoints that no project of the kill test passes, each with the reason. One that is passed after all is stale. */
export const notPassed: { readonly [name: string]: string } = {
  'duckdb.state-setting': 'belongs to etl state, not to a run',
  'duckdb.discarding': 'a load is discarded only where a check or a limit stops the run',
  'duckdb.discarded': 'a load is discarded only where a check or a limit stops the run',
  'sink.begun': noSink,
  'sink.finished': noSink,
  'sink.intended': noSink,
  'sink.prepared': noSink,
  'sink.published': noSink,
};

/** Names of all failpoints in the sources of the CLI, its packages and its bundled connectors. Those of databases are passed where their servers run. */
export async function failpointsInSources(): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of ['src', 'packages', 'plugins']) {
    for (const path of await readdir(join(root, folder), { recursive: true })) {
      if (!path.endsWith('.ts') || path.endsWith('.d.ts') || skipped.test(path)) continue;
      const text = await readFile(join(root, folder, path), 'utf8');
      for (const [, name = ''] of text.matchAll(/failpoint\('([a-z0-9.-]+)'\)/g)) names.add(name);
    }
  }
  return [...names].sort();
}

/** The kit has failpoints of its own, in a connector that no run uses. */
const skipped = /(^|\/)(node_modules|dist|test)\/|^(testkit|sql|mysql|oracle|postgres)\//;
