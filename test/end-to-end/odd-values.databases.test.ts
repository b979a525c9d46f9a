import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMariadb, type MariadbServer } from '@etl/testkit';
import { installPlugins, type InstalledPlugins } from './installed-plugins.js';
import { runEtl, type Ended } from './kill-process.js';

const project = (port: number): string => `project: odd
connections:
  shop: { connector: mysql, host: 127.0.0.1, port: ${port}, database: shop, user: etl, password: { secret: password } }
  warehouse: { connector: duckdb, path: warehouse.duckdb }
`;

const job = (name: string, more: string): string => `name: ${name}
extract:
  people:
    from: shop
    table: people
${more}
load:
  - { dataset: people, to: warehouse, table: ${name}, mode: merge, key: [id] }
`;

/** An old table: of 10 rows, three have a birthday that no calendar has, one of them also a change that never was. */
const people = `set sql_mode = 'allow_invalid_dates';
create table people (id int primary key, name varchar(20), born date, changed_at datetime not null);
insert into people select seq, concat('n', seq), '1970-01-01', '2026-11-01' + interval seq hour from seq_1_to_10;
update people set born = '0000-00-00' where id = 2;
update people set born = '1999-02-30' where id = 5;
update people set born = '1980-00-00', changed_at = '0000-00-00' where id = 7`;

describe('a job that reads a table with values that no type holds', () => {
  let mysql: MariadbServer;
  let plugins: InstalledPlugins;
  let folder: string;

  beforeAll(async () => {
    plugins = await installPlugins('mysql');
    mysql = await startMariadb();
    await mysql.sql(`create database shop; create user etl@'%' identified by 'of a test'; grant all on *.* to etl@'%'`);
    await mysql.sql(people, 'shop');
    folder = await mkdtemp(join(tmpdir(), 'etl-odd-'));
    await writeFile(join(folder, 'etl.yaml'), project(mysql.port));
    const jobs = {
      strict: '    columns: [id, name, born, changed_at]\nlimits: { rejects: 2 }',
      tolerant: '    columns: [id, name, born, changed_at]\n    cursor: { field: changed_at, settled: true }\nlimits: { rejects: 30% }',
      narrow: '    columns: [id, name]\nlimits: { rejects: 0 }',
    };
    for (const [name, more] of Object.entries(jobs)) {
      await mkdir(join(folder, 'jobs', name), { recursive: true });
      await writeFile(join(folder, 'jobs', name, 'job.yaml'), job(name, more));
    }
  }, 120_000);

  afterAll(async () => {
    await Promise.all([mysql.remove(), plugins.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  const etl = (...words: readonly string[]): Promise<Ended> =>
    runEtl(words, { directory: folder, variables: { ...plugins.variables, ETL_SECRET_SHOP__PASSWORD: 'of a test' } });

  interface Run {
    readonly loads: readonly { readonly [count: string]: unknown }[];
    readonly datasets: { readonly [dataset: string]: { readonly steps: readonly object[] } };
  }
  const run = async (name: string, ...flags: readonly string[]): Promise<{ code: number | null; run: Run | undefined }> => {
    const { code, stdout } = await etl('run', name, '--json', ...flags);
    return { code, run: (JSON.parse(stdout) as { runs: Run[] }).runs[0] };
  };

  it('loads the good rows, counts the others, and keeps each with its cells and what to do', async () => {
    const { code, run: whole } = await run('tolerant');
    expect({ code, extract: whole?.datasets['people']?.steps[0], load: whole?.loads[0] }).toMatchObject({
      code: 0,
      extract: { step: 'extract', in: 10, out: 7, rejected: 3 },
      load: { in: 7, inserted: 7 },
    });
    const shown = await etl('rejects', 'show', '--json');
    expect(shown.code).toBe(0);
    for (const cell of ['0000-00-00', '1999-02-30', '1980-00-00', 'n7']) expect(shown.stdout).toContain(cell);
    expect(shown.stdout).toContain('zero_dates: null');
  }, 60_000);

  it('reads next what is newer, and the row without a place in the order again', async () => {
    await mysql.sql(`update people set name = 'new', changed_at = '2026-12-01' where id = 1`, 'shop');
    const { code, run: next } = await run('tolerant', '--fail-on-reject');
    expect({ code, extract: next?.datasets['people']?.steps[0], load: next?.loads[0] }).toMatchObject({
      code: 5,
      extract: { in: 2, out: 1, rejected: 1 },
    });
    await mysql.sql(`update people set changed_at = '2026-11-30' where id = 7`, 'shop');
    await mysql.sql(`update people set name = 'more', changed_at = changed_at + interval 2 month where id in (3, 4, 6)`, 'shop');
    const mended = await run('tolerant', '--fail-on-reject');
    expect({ code: mended.code, load: mended.run?.loads[0] }).toMatchObject({ code: 6, load: { in: 4, updated: 4 } });
    expect(await run('tolerant')).toMatchObject({ code: 0, run: { loads: [{ in: 0 }] } });
  }, 60_000);

  it('loads nothing where there are more of them than the job allows, and all where their column is not read', async () => {
    const strict = await run('strict');
    expect({ code: strict.code, loads: strict.run?.loads }).toMatchObject({ code: 5 });
    expect((await etl('rejects', 'list', '--json')).code).toBe(0);
    expect(await run('narrow')).toMatchObject({ code: 0, run: { loads: [{ in: 10, inserted: 10 }] } });
  }, 60_000);
});
