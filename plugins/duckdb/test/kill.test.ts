import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modes, type Mode } from '@etl/sdk';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@etl/columnar';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let script: string;
let built: string;
let work: string;

beforeAll(async () => {
  // Below node_modules, so that the bundle finds what it does not contain
  await mkdir(join(root, 'node_modules', '.cache'), { recursive: true });
  built = await mkdtemp(join(root, 'node_modules', '.cache', 'duckdb-kill-'));
  script = join(built, 'kill-child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('kill-child.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: Object.fromEntries(
      ['sdk/index', 'columnar/index', 'testkit/index', 'sql/rules'].map((path) => {
        const [name = '', entry = ''] = path.split('/');
        return [`@etl/${path.replace('/index', '')}`, join(root, 'packages', name, 'src', `${entry}.ts`)];
      }),
    ),
  });
  work = await mkdtemp(join(tmpdir(), 'etl-duckdb-kill-'));
  await makeSeed();
});
afterAll(async () => {
  for (const folder of [built, work]) await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly signal: string | null;
  readonly said: string;
}

const child = (folder: string, mode: Mode, killAt = '', trace?: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ...(trace === undefined ? {} : { TRACE: trace }) };
    execFile(process.execPath, [script, folder, mode, killAt], { env }, (error, stdout, stderr) => {
      if (error !== null && error.signal !== 'SIGKILL') reject(new Error(`${error.message}\n${stderr}`));
      else resolve({ signal: error?.signal ?? null, said: stdout.trim() });
    });
  });

async function contentOf(folder: string, table = 't'): Promise<string> {
  const database = await openDatabase(join(folder, 'w.duckdb'), { temporary: join(folder, 'look') });
  try {
    const session = await database.connect();
    const rows = await session.rows(`select id::varchar as id, name from ${table} order by all`);
    const left = await session.rows(`select table_name as t from duckdb_tables() where table_name like '%stage%'`);
    return JSON.stringify([rows, left]);
  } finally {
    await database.close();
  }
}

/** A folder whose table has rows already. */
async function freshFolder(name: string): Promise<string> {
  const folder = join(work, name);
  await mkdir(folder);
  await copyFile(join(work, 'seed.duckdb'), join(folder, 'w.duckdb'));
  return folder;
}

async function makeSeed(): Promise<void> {
  const database = await openDatabase(join(work, 'seed.duckdb'), { temporary: join(work, 'seed') });
  await (await database.connect()).run(`create table t as select range::bigint as id, 'old ' || range as name from range(700, 1000)`);
  await database.close();
}

describe('a load that is killed at any change of state and started again', () => {
  it.each(modes)(
    'ends in mode %s as one that was never killed: rows and counts',
    async (mode) => {
      const quiet = await freshFolder(`${mode}-quiet`);
      const trace = join(work, `${mode}.trace`);
      const { said } = await child(quiet, mode, '', trace);
      const expected = await contentOf(quiet);
      const hits = (await readFile(trace, 'utf8')).trim().split('\n');
      const names = [...new Set(hits.map((hit) => hit.split(':')[0] ?? ''))];
      expect(names).toEqual(
        expect.arrayContaining([
          'duckdb.beginning',
          'duckdb.begun',
          'duckdb.saving',
          'duckdb.saved',
          'duckdb.sealed',
          'duckdb.applied',
          'duckdb.publishing',
          'duckdb.published',
        ]),
      );
      // What comes before a save is the same in every mode: it is killed in one of them
      const chosen = mode === 'append' ? names : names.filter((name) => /saving|applied|publish/.test(name));
      // The last hit of each: saves before it are there to be continued
      const points = chosen.map((name) => hits.filter((hit) => hit.startsWith(`${name}:`)).at(-1) ?? name);
      const killOnce = async (point: string): Promise<void> => {
        const folder = await freshFolder(`${mode}-${point.replace(':', '-')}`);
        expect([point, (await child(folder, mode, point)).signal]).toEqual([point, 'SIGKILL']);
        const again = await child(folder, mode);
        expect([point, again.said, await contentOf(folder)]).toEqual([point, said, expected]);
      };
      for (let at = 0; at < points.length; at += 2) await Promise.all(points.slice(at, at + 2).map(killOnce));
    },
    120_000,
  );
});
