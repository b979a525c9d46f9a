import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startMariadb, startPostgres, type MariadbServer, type PostgresServer } from '@etl/testkit';
import { installPlugins, type InstalledPlugins } from './installed-plugins.js';
import { runEtl } from './kill-process.js';
import { writeFiles } from './kill-project.js';

const folder = resolve('..', 'shared', 'data', 'chinook');
const script = (name: string): Promise<string> => readFile(join(folder, `Chinook_${name}.sql`), 'utf8');
const isThere = existsSync(join(folder, 'Chinook_MySql.sql'));
if (!isThere) process.stderr.write('Left out: the Chinook database between servers, since ../shared/data/chinook is not there\n');

/** The whole database through the CLI; every cell is compared with what the official script of each server makes. */
(isThere ? describe : describe.skip)('The Chinook database between real servers', () => {
  let mysql: MariadbServer;
  let postgres: PostgresServer;
  let plugins: InstalledPlugins;
  let project: string;
  let tables: readonly Table[];

  beforeAll(async () => {
    plugins = await installPlugins('mysql', 'postgres');
    [mysql, postgres] = await Promise.all([startMariadb(), startPostgres()]);
    await mysql.sql(await script('MySql'));
    await mysql.sql(
      `create database back character set utf8mb4; create user etl@'%' identified by 'of a test'; grant all on *.* to etl@'%'`,
    );
    await postgres.sql('create database chinook');
    await postgres.sql((await script('PostgreSql')).replace(/^(DROP|CREATE) DATABASE.*$|^\\c .*$/gim, ''), 'chinook');
    await postgres.sql('create database loaded');
    tables = await readTables(mysql);
    project = await mkdtemp(join(tmpdir(), 'etl-chinook-'));
    await mkdir(join(project, 'out'));
    await writeFiles(project, {
      'etl.yaml': etlYaml(mysql, postgres),
      'jobs/out/job.yaml': jobOut(tables),
      'jobs/home/job.yaml': jobHome(tables),
    });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([mysql.remove(), postgres.remove(), plugins.remove()]);
    await rm(project, { recursive: true, force: true });
  });

  const run = async (job: string): Promise<void> => {
    const secrets = {
      ETL_SECRET_SHOP__PASSWORD: 'of a test',
      ETL_SECRET_BACK__PASSWORD: 'of a test',
      ETL_SECRET_DWH__PASSWORD: postgres.password,
    };
    const ended = await runEtl(['run', job, '--json'], { directory: project, variables: { ...plugins.variables, ...secrets } });
    expect(ended).toMatchObject({ code: 0 });
  };

  // The script writes N'…', which is char in PostgreSQL: it has lost the blanks at the end of texts there. Its \ is an escape in MySQL,
  // which has lost that. The way home compares both
  it('goes from MySQL to PostgreSQL and DuckDB in one job, equal to the official script of PostgreSQL in every cell', async () => {
    expect(tables).toHaveLength(11);
    await run('out');
    for (const { snake, columns } of tables) {
      const select = `select ${columns.map(({ snake: name }) => `replace(rtrim(${name}::text), '\\', '')`).join(', ')} from ${snake} order by ${columns.map((_, at) => at + 1).join(', ')}`;
      const [loaded, official] = [await postgres.sql(select, 'loaded'), await postgres.sql(select, 'chinook')];
      expect(official.length).toBeGreaterThan(20);
      expect(loaded).toBe(official);
    }
  }, 120_000);

  it('comes home from PostgreSQL and from DuckDB to MySQL as it went', async () => {
    await run('home');
    for (const { name, columns } of tables) {
      const list = columns.map((column) => `\`${column.name}\``).join(', ');
      const official = await mysql.sql(`select ${list} from Chinook.\`${name}\` order by ${list}`);
      expect(official.length).toBeGreaterThan(20);
      expect(await mysql.sql(`select ${list} from back.\`${name}\` order by ${list}`)).toBe(official);
      // DuckDB knows no timestamps of whole seconds, so that it hands them on with six digits
      const duck = await mysql.sql(`select ${list} from back.\`duck_${name}\` order by ${list}`);
      expect(duck.replaceAll(/(?<= \d\d:\d\d:\d\d)\.000000\b/g, '')).toBe(official);
    }
  }, 120_000);

  it('keeps the exact types of its columns on the way', async () => {
    const types = `select column_name, data_type, numeric_precision, numeric_scale from information_schema.columns where table_name in ('invoice', 'employee') and data_type in ('numeric', 'timestamp without time zone') order by 1`;
    expect(await postgres.sql(types, 'loaded')).toBe(await postgres.sql(types, 'chinook'));
  });
});

interface Table {
  readonly name: string;
  readonly snake: string;
  readonly columns: readonly { readonly name: string; readonly snake: string }[];
}

/** `PlaylistTrack` as the script of PostgreSQL writes it: `playlist_track`. */
const snakeOf = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

async function readTables(server: MariadbServer): Promise<readonly Table[]> {
  const columns = await server.sql(
    `select table_name, column_name from information_schema.columns where table_schema = 'Chinook' order by table_name, ordinal_position`,
  );
  const found = new Map<string, { name: string; snake: string }[]>();
  for (const line of columns.trim().split('\n')) {
    const [table = '', name = ''] = line.split('\t');
    found.set(table, [...(found.get(table) ?? []), { name, snake: snakeOf(name) }]);
  }
  return [...found].map(([name, own]) => ({ name, snake: snakeOf(name), columns: own }));
}

const etlYaml = (mysql: MariadbServer, postgres: PostgresServer): string => `project: chinook
connections:
  shop: { connector: mysql, host: 127.0.0.1, port: ${mysql.port}, database: Chinook, user: etl, password: { secret: password } }
  back: { connector: mysql, host: 127.0.0.1, port: ${mysql.port}, database: back, user: etl, password: { secret: password } }
  dwh: { connector: postgres, host: 127.0.0.1, port: ${postgres.port}, database: loaded, user: ${postgres.user}, password: { secret: password } }
  duck: { connector: duckdb, path: ./out/chinook.duckdb }
`;

const renamed = (pairs: readonly (readonly [string, string])[]): string => pairs.map(([from, to]) => `${from}: ${to}`).join(', ');

const jobOut = (tables: readonly Table[]): string =>
  [
    'name: out',
    'extract:',
    ...tables.map(({ name, snake }) => `  ${snake}: { from: shop, table: ${name} }`),
    'transform:',
    ...tables.map(
      ({ snake, columns }) => `  - ${snake}: [{ rename: { ${renamed(columns.map((column) => [column.name, column.snake]))} } }]`,
    ),
    'load:',
    ...tables.flatMap(({ snake }) => [
      `  - { id: ${snake}_dwh, dataset: ${snake}, to: dwh, table: ${snake}, mode: replace }`,
      `  - { id: ${snake}_duck, dataset: ${snake}, to: duck, table: ${snake}, mode: replace }`,
    ]),
    '',
  ].join('\n');

const jobHome = (tables: readonly Table[]): string =>
  [
    'name: home',
    'extract:',
    ...tables.flatMap(({ snake }) => [`  ${snake}: { from: dwh, table: ${snake} }`, `  duck_${snake}: { from: duck, table: ${snake} }`]),
    'transform:',
    ...tables.flatMap(({ snake, columns }) => {
      const rename = `[{ rename: { ${renamed(columns.map((column) => [column.snake, column.name]))} } }]`;
      return [`  - ${snake}: ${rename}`, `  - duck_${snake}: ${rename}`];
    }),
    'load:',
    ...tables.flatMap(({ name, snake }) => [
      `  - { id: ${snake}, dataset: ${snake}, to: back, table: ${name}, mode: replace }`,
      `  - { id: duck_${snake}, dataset: duck_${snake}, to: back, table: duck_${name}, mode: replace }`,
    ]),
    '',
  ].join('\n');
