import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runEtl } from './kill-process.js';

const run = promisify(execFile);
const loads = {
  csv: '{ dataset: lines, to: small, file: lines.csv, mode: replace }',
  ndjson: '{ dataset: lines, to: small, file: lines.ndjson, mode: replace }',
  parquet: '{ dataset: lines, to: small, file: lines.parquet, mode: replace }',
  duckdb: '{ dataset: lines, to: warehouse, table: lines, mode: merge, key: [id] }',
};

/** Random text, which no format makes much smaller. */
const line = (id: number): string => `${id},${Array.from({ length: 8 }, () => Math.random().toString(36).slice(2)).join('')}`;

describe('a target on a file system of its own', () => {
  let folder: string;
  let small: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'etl-disk-'));
    small = join(folder, 'small');
    await mkdir(small);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small]);
    await writeFile(
      join(folder, 'etl.yaml'),
      `project: disk\nconnections:\n  files: { connector: file, path: . }\n  small: { connector: file, path: ./small }\n  warehouse: { connector: duckdb, path: ./small/warehouse.duckdb }\n`,
    );
    for (const [name, load] of Object.entries(loads)) {
      await mkdir(join(folder, 'jobs', name), { recursive: true });
      await writeFile(
        join(folder, 'jobs', name, 'job.yaml'),
        `name: ${name}\nextract:\n  lines: { from: files, file: lines.csv }\nload:\n  - ${load}\n`,
      );
    }
    await rows(200);
  });
  afterEach(async () => {
    await run('umount', [small]);
    await rm(folder, { recursive: true, force: true });
  });

  const rows = (count: number): Promise<void> =>
    writeFile(join(folder, 'lines.csv'), `id,words\n${Array.from({ length: count }, (_, id) => line(id)).join('\n')}\n`);
  const load = (name: string) => runEtl(['run', name, '--json'], { directory: folder });
  /** What a reader of the target finds: bytes of files, rows of the table. */
  const seen = async (name: keyof typeof loads): Promise<string> =>
    name === 'duckdb'
      ? (
          await run(process.execPath, [
            join(import.meta.dirname, '../../scripts/show-table.mjs'),
            join(small, 'warehouse.duckdb'),
            'SELECT count(*), sum(hash(words)) FROM lines',
          ])
        ).stdout
      : readFile(join(small, `lines.${name}`), 'base64');

  it.each(Object.keys(loads) as (keyof typeof loads)[])(
    'keeps what a %s target held when the disk is full, and loads all when there is room',
    async (name) => {
      expect(await load(name)).toMatchObject({ code: 0 });
      const before = await seen(name);
      await rows(120_000);
      const full = await load(name);
      expect(full.code).toBe(1);
      expect(JSON.parse(full.stdout)).toMatchObject({
        runs: [{ status: 'failed', error: { code: 'DISK_FULL', hint: expect.any(String) } }],
      });
      expect(await seen(name)).toBe(before);

      await run('mount', ['-o', 'remount,size=200m', small]);
      expect(await load(name)).toMatchObject({ code: 0 });
      expect(await seen(name)).not.toBe(before);
      expect((await readdir(small)).filter((file) => /tmp|part|staging/.test(file))).toEqual([]);
    },
    120_000,
  );

  it.each(Object.keys(loads) as (keyof typeof loads)[])(
    'says that a %s target may not be written, and leaves it as it was',
    async (name) => {
      expect(await load(name)).toMatchObject({ code: 0 });
      const before = await seen(name);
      await run('mount', ['-o', 'remount,ro', small]);
      const refused = await load(name);
      expect(refused.code).not.toBe(0);
      const [{ error }] = (JSON.parse(refused.stdout) as { runs: { error: { code: string; hint: string | null } }[] }).runs as [
        { error: { code: string; hint: string | null } },
      ];
      expect(error).toMatchObject({ code: 'PERMISSION_DENIED', hint: expect.any(String) });
      expect(await seen(name)).toBe(before);
    },
    120_000,
  );
});
