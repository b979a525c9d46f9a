import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modes, type Mode } from '@etl/sdk';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MysqlHarness, password } from './mysql-harness.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let harness: MysqlHarness;
let script: string;
let built: string;

beforeAll(async () => {
  // Below node_modules, so that the bundle finds what it does not contain
  await mkdir(join(root, 'node_modules', '.cache'), { recursive: true });
  built = await mkdtemp(join(root, 'node_modules', '.cache', 'mysql-kill-'));
  script = join(built, 'kill-child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('kill-child.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: Object.fromEntries(['sdk', 'sql', 'testkit'].map((name) => [`@etl/${name}`, join(root, 'packages', name, 'src', 'index.ts')])),
  });
  harness = await MysqlHarness.create({ durable: true });
}, 60_000);

afterAll(async () => {
  await rm(built, { recursive: true, force: true });
  await harness.remove();
});

interface Ended {
  readonly signal: string | null;
  readonly said: string;
  readonly failed: string;
}

/** One load in a process of its own, in a database of its own. */
const child = (database: string, mode: Mode, { killAt = '', run = 'r1', trace = '' } = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...(trace === '' ? {} : { TRACE: trace }) };
    const connection = JSON.stringify({ ...harness.connection({ database }), password });
    execFile(process.execPath, [script, connection, mode, killAt, run], { env }, (error, stdout, stderr) => {
      resolve({ signal: error?.signal ?? null, said: stdout.trim(), failed: error !== null && error.signal !== 'SIGKILL' ? stderr : '' });
    });
  });

/** A database whose table has rows already. */
async function fresh(database: string): Promise<string> {
  await harness.server.sql(
    `create database \`${database}\` character set utf8mb4; use \`${database}\`;
     create table t (id bigint, name longtext);
     insert into t select seq, concat('old ', seq) from seq_700_to_999`,
  );
  return database;
}

/** The rows without the times of history. */
const contentOf = (database: string): Promise<string> => harness.server.sql(`select id, name from t order by id, name`, database);

const tablesOf = (database: string): Promise<string> =>
  harness.server.sql(`select table_name from information_schema.tables where table_schema = database() order by 1`, database);

const last = (hits: readonly string[], name: string): string => hits.filter((hit) => hit.startsWith(`${name}:`)).at(-1) ?? name;

async function traced(mode: Mode): Promise<{ readonly said: string; readonly expected: string; readonly hits: readonly string[] }> {
  const quiet = await fresh(`quiet ${mode}`);
  const trace = join(built, `${mode}.trace`);
  const { said, failed } = await child(quiet, mode, { trace });
  expect(failed).toBe('');
  return { said, expected: await contentOf(quiet), hits: (await readFile(trace, 'utf8')).trim().split('\n') };
}

describe('a load into MySQL that is killed at any change of state and started again', () => {
  it.each(modes)(
    'ends in mode %s as one that was never killed: rows, counts and tables',
    async (mode) => {
      const { said, expected, hits } = await traced(mode);
      const names = [...new Set(hits.map((hit) => hit.split(':')[0] ?? ''))];
      expect(names).toEqual(
        expect.arrayContaining([
          'sql.beginning',
          'sql.begun',
          'sql.saving',
          'sql.saved',
          'sql.sealed',
          'sql.applied',
          'sql.committed',
          'sql.published',
        ]),
      );
      // What comes before a save is the same in every mode: it is killed in one of them
      const chosen = mode === 'append' ? names : names.filter((name) => /saving|applied|publish|committed|renamed/.test(name));
      const killOnce = async (point: string): Promise<void> => {
        const database = await fresh(`${mode} ${point}`);
        expect([point, (await child(database, mode, { killAt: point })).signal]).toEqual([point, 'SIGKILL']);
        const again = await child(database, mode);
        expect([point, again.failed, again.said, await contentOf(database)]).toEqual([point, '', said, expected]);
        // What a publish that was killed behind its commit left goes with the next load
        const next = await child(database, mode, { run: 'r2' });
        expect([point, next.failed, await tablesOf(database)]).toEqual([point, '', 't\n_etl_part\n_etl_state\n']);
      };
      const points = chosen.map((name) => last(hits, name));
      for (let at = 0; at < points.length; at += 2) await Promise.all(points.slice(at, at + 2).map(killOnce));
    },
    240_000,
  );
});
