import { basename } from 'node:path';
import { startMariadb, startPostgres } from '@etl/testkit';
import { installPlugins } from './installed-plugins.js';
import { intoServer, type KillProject, type KillWorld } from './kill-project.js';

/** The database of a copy is called as its folder. */
const databaseOf = (directory: string): string => basename(directory).replaceAll('-', '_');

/** Times at which history opened and closed a version differ from run to run; whether they are set must not. */
const times = `('valid_from', 'valid_to')`;

async function postgresWorld(): Promise<KillWorld> {
  const plugin = await installPlugins('postgres');
  const server = await startPostgres({ durable: true });
  const content = async (database: string): Promise<unknown> => {
    const tables = await server.sql(`select table_name from information_schema.tables where table_schema = 'public' order by 1`, database);
    const found: { [table: string]: string } = {};
    for (const table of tables.split('\n').filter((name) => name !== '')) {
      if (table.startsWith('_etl')) {
        found[table] = 'state';
        continue;
      }
      const columns = `select coalesce(string_agg(case when column_name in ${times} then format('(%I is not null)::text', column_name) else format('%I::text', column_name) end, ', ' order by ordinal_position), '') from information_schema.columns where table_name = '${table}'`;
      const list = (await server.sql(columns, database)).trim();
      found[table] = await server.sql(`select ${list} from "${table}" order by ${list}`, database);
    }
    return found;
  };
  return {
    variables: (directory) => ({
      ...plugin.variables,
      KILL_PORT: String(server.port),
      KILL_DATABASE: databaseOf(directory),
      ETL_SECRET_WAREHOUSE__PASSWORD: server.password,
    }),
    async make(directory, from) {
      const source = from === null ? '' : ` template ${databaseOf(from)}`;
      await server.sql(`create database ${databaseOf(directory)}${source}`);
    },
    content: (directory) => content(databaseOf(directory)),
    async drop(directory) {
      await server.sql(`drop database if exists ${databaseOf(directory)} with (force)`);
    },
    async close() {
      await server.remove();
      await plugin.remove();
    },
  };
}

async function mariadbWorld(): Promise<KillWorld> {
  const plugin = await installPlugins('mysql');
  const server = await startMariadb({ durable: true });
  const password = 'pass of a test';
  await server.sql(`create user etl@'%' identified by '${password}'; grant all on *.* to etl@'%'`);
  const tablesOf = async (database: string): Promise<string[]> =>
    (await server.sql(`select table_name from information_schema.tables where table_schema = '${database}' order by 1`))
      .split('\n')
      .filter((name) => name !== '');
  return {
    variables: (directory) => ({
      ...plugin.variables,
      KILL_PORT: String(server.port),
      KILL_DATABASE: databaseOf(directory),
      ETL_SECRET_WAREHOUSE__PASSWORD: password,
    }),
    async make(directory, from) {
      const database = databaseOf(directory);
      await server.sql(`create database ${database} character set utf8mb4`);
      if (from === null) return;
      const source = databaseOf(from);
      const copies = (await tablesOf(source)).map(
        (table) =>
          `create table ${database}.\`${table}\` like ${source}.\`${table}\`; insert into ${database}.\`${table}\` select * from ${source}.\`${table}\`;`,
      );
      await server.sql(copies.join('\n'));
    },
    async content(directory) {
      const database = databaseOf(directory);
      const found: { [table: string]: string } = {};
      for (const table of await tablesOf(database)) {
        if (table.startsWith('_etl')) {
          found[table] = 'state';
          continue;
        }
        const columns = `set group_concat_max_len = 100000; select group_concat(if(column_name in ${times}, concat('\`', column_name, '\` is not null'), concat('\`', column_name, '\`')) order by ordinal_position) from information_schema.columns where table_schema = '${database}' and table_name = '${table}'`;
        const list = (await server.sql(columns)).trim();
        found[table] = await server.sql(`select ${list} from \`${table}\` order by ${list}`, database);
      }
      return found;
    },
    async drop(directory) {
      await server.sql(`drop database if exists ${databaseOf(directory)}`);
    },
    async close() {
      await server.remove();
      await plugin.remove();
    },
  };
}

const connectionOf = (connector: string, user: string): string =>
  `{ connector: ${connector}, host: 127.0.0.1, port: "\${KILL_PORT}", database: "\${KILL_DATABASE}", user: ${user}, password: { secret: password } }`;

export const postgresProjects: readonly KillProject[] = intoServer('PostgreSQL', connectionOf('postgres', 'postgres'), postgresWorld);
export const mariadbProjects: readonly KillProject[] = intoServer('MariaDB', connectionOf('mysql', 'etl'), mariadbWorld);

/** One project for each write mode of each database server. */
export const serverProjects: readonly KillProject[] = [...postgresProjects, ...mariadbProjects];
