import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMariadb, startPostgres, type MariadbServer, type PostgresServer } from '@etl/testkit';
import oracledb from 'oracledb';
import { startOracleDouble } from '../doubles/oracle/oracle-double.js';
import { installPlugins, type InstalledPlugins } from './installed-plugins.js';
import { runEtl, type Ended } from './kill-process.js';

const table = 'create table orders (id integer primary key, customer varchar(80), total decimal(12,2), changed_at timestamp)';
const first = `insert into orders values (1, ' Ada ', 12.50, '2026-11-01 09:15:00'), (2, null, 1.00, '2026-11-01 09:16:00'), (3, 'Grace', -1.00, '2026-11-01 09:17:00')`;
const later = `insert into orders values (4, 'Emmy', 99.90, '2026-11-02 08:00:00'); update orders set total = 13.00, changed_at = '2026-11-02 08:01:00' where id = 1`;

/** Each template as a person begins with it: made, validated, tested offline, run twice. */
describe('the templates from database to database', () => {
  let mysql: MariadbServer;
  let postgres: PostgresServer;
  let plugins: InstalledPlugins;
  let folder: string;

  beforeAll(async () => {
    plugins = await installPlugins('mysql', 'postgres', 'oracle');
    [mysql, postgres] = await Promise.all([startMariadb(), startPostgres()]);
    await mysql.sql(
      `create database shop; create database warehouse; create user etl_reader@'%' identified by 'of a test'; grant all on *.* to etl_reader@'%'`,
    );
    for (const database of ['shop', 'warehouse']) await postgres.sql(`create database ${database}`);
    folder = await mkdtemp(join(tmpdir(), 'etl-templates-'));
  }, 120_000);

  afterAll(async () => {
    await Promise.all([mysql.remove(), postgres.remove(), plugins.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  const places = (name: string, connector: string): { [variable: string]: string } => {
    const server =
      connector === 'mysql'
        ? { port: mysql.port, user: 'etl_reader', secret: 'of a test' }
        : { port: postgres.port, user: postgres.user, secret: postgres.password };
    return {
      [`${name}_HOST`]: '127.0.0.1',
      [`${name}_PORT`]: String(server.port),
      [`${name}_USER`]: server.user,
      [`ETL_SECRET_${name}__PASSWORD`]: server.secret,
    };
  };

  const etl = (directory: string, variables: { [name: string]: string }, ...words: readonly string[]): Promise<Ended> =>
    runEtl(words, { directory, variables: { ...plugins.variables, ...variables } });

  /** The counts of the load of a run, which are those that its plan tells before. */
  const runOrders = async (project: string, variables: { [name: string]: string }): Promise<unknown> => {
    const planned = await etl(project, variables, 'plan', 'orders', '--json');
    expect(planned).toMatchObject({ code: 0 });
    const { plan } = JSON.parse(planned.stdout) as { plan: { loads: { changes: object | null }[] } };
    const ended = await etl(project, variables, 'run', 'orders', '--json');
    expect(ended).toMatchObject({ code: 0 });
    const { runs } = JSON.parse(ended.stdout) as { runs: { loads: { [count: string]: unknown }[] }[] };
    expect(runs[0]?.loads[0]).toMatchObject({ ...plan.loads[0]?.changes });
    expect(plan.loads[0]?.changes).toMatchObject({ inserted: expect.any(Number) });
    return runs[0]?.loads[0];
  };

  const begin = async (template: string): Promise<string> => {
    expect(await etl(folder, {}, 'init', template, '--template', template, '--yes')).toMatchObject({ code: 0 });
    const project = join(folder, template);
    expect(await etl(project, {}, 'validate')).toMatchObject({ code: 0 });
    expect(await etl(project, {}, 'test')).toMatchObject({ code: 0, stdout: expect.stringContaining('✔') });
    return project;
  };

  it.each([
    ['mysql', 'postgres'],
    ['mysql', 'duckdb'],
    ['postgres', 'duckdb'],
  ] as const)(
    '%s to %s is tested offline and copies what changed',
    async (from, to) => {
      const project = await begin(`${from}-to-${to}`);
      const sql = (text: string): Promise<string> => (from === 'mysql' ? mysql.sql(text, 'shop') : postgres.sql(text, 'shop'));
      await sql(`drop table if exists orders; ${table}; ${first}`);
      const variables = { ...places('SHOP', from), ...(to === 'duckdb' ? {} : places('WAREHOUSE', to)) };
      const counts = (): Promise<unknown> => runOrders(project, variables);
      expect(await counts()).toMatchObject({ in: 1, inserted: 1, updated: 0 });
      await sql(later);
      expect(await counts()).toMatchObject({ inserted: 1, updated: 1 });
      expect(await counts()).toMatchObject({ inserted: 0, updated: 0 });
    },
    120_000,
  );

  it('oracle to mysql is tested offline and copies what changed, from the protocol double', async () => {
    const project = await begin('oracle-to-mysql');
    await postgres.sql('create database oracle');
    const password = 'of a test';
    const double = await startOracleDouble({
      database: `postgres://${postgres.user}:${postgres.password}@${postgres.host}:${postgres.port}/oracle`,
      users: { ETL: { password } },
    });
    const shop = await oracledb.getConnection({ user: 'etl', password, connectString: double.connectString });
    const sql = async (...statements: readonly string[]): Promise<void> => {
      for (const statement of statements) await shop.execute(statement, [], { autoCommit: true });
    };
    try {
      await sql(
        'create table ORDERS (ID NUMBER(9) primary key, CUSTOMER VARCHAR2(80 CHAR), TOTAL NUMBER(12,2), CHANGED_AT TIMESTAMP(6))',
        `insert into ORDERS values (1, ' Ada ', 12.5, timestamp '2026-11-01 09:15:00')`,
        `insert into ORDERS values (2, null, 1, timestamp '2026-11-01 09:16:00')`,
        `insert into ORDERS values (3, 'Grace', -1, timestamp '2026-11-01 09:17:00')`,
      );
      const variables = {
        ...places('WAREHOUSE', 'mysql'),
        SHOP_HOST: '127.0.0.1', SHOP_PORT: String(double.port), SHOP_SERVICE: double.service, SHOP_USER: 'etl', ETL_SECRET_SHOP__PASSWORD: password,
      }; // prettier-ignore
      const counts = (): Promise<unknown> => runOrders(project, variables);
      expect(await counts()).toMatchObject({ in: 1, inserted: 1, updated: 0 });
      await sql(
        `insert into ORDERS values (4, 'Emmy', 99.9, timestamp '2026-11-02 08:00:00')`,
        `update ORDERS set TOTAL = 13, CHANGED_AT = timestamp '2026-11-02 08:01:00' where ID = 1`,
      );
      expect(await counts()).toMatchObject({ inserted: 1, updated: 1 });
      expect(await counts()).toMatchObject({ inserted: 0, updated: 0 });
      expect(await mysql.sql('select id, customer, total from orders order by id', 'warehouse')).toBe('1\tAda\t13.00\n4\tEmmy\t99.90\n');
      expect(double.problems).toEqual([]);
    } finally {
      await shop.close();
      await double.close();
    }
  }, 120_000);
});
