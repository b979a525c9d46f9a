import { startMariadb, startPostgres } from '@etl/testkit';
import { installPlugins } from './installed-plugins.js';
import { intoServer, type KillProject } from './kill-project.js';
import { fromServer } from './kill-sources.js';
import { historyTimes, linesOf, sharedServer, type KillBackend } from './kill-world.js';

const times = `(${historyTimes.map((name) => `'${name}'`).join(', ')})`;

const password = 'pass of a test';

async function postgresServer(): Promise<KillBackend> {
  const plugin = await installPlugins('postgres');
  const server = await startPostgres({ durable: true });
  await server.sql(`create role etl superuser login password '${password}'`);
  const changePassword = async (changed: string): Promise<void> => {
    await server.sql(`alter role etl password '${changed}'; select pg_terminate_backend(pid) from pg_stat_activity where usename = 'etl'`);
  };
  return {
    server: { ...server, changePassword },
    variables: () => ({ ...plugin.variables, KILL_PORT: String(server.port), ETL_SECRET_WAREHOUSE__PASSWORD: password }),
    async create(database, from) {
      await server.sql(`create database ${database}${from === null ? '' : ` template ${from}`}`);
    },
    run: (database, statements) => server.sql(statements, database),
    tables: async (database) =>
      linesOf(await server.sql(`select table_name from information_schema.tables where table_schema = 'public' order by 1`, database)),
    async rows(database, table) {
      const columns = `select coalesce(string_agg(case when column_name in ${times} then format('(%I is not null)::text', column_name) else format('%I::text', column_name) end, ', ' order by ordinal_position), '') from information_schema.columns where table_name = '${table}'`;
      const list = (await server.sql(columns, database)).trim();
      return server.sql(`select ${list} from "${table}" order by ${list}`, database);
    },
    async drop(database) {
      await server.sql(`drop database if exists ${database} with (force)`);
    },
    async close() {
      await server.remove();
      await plugin.remove();
    },
  };
}

async function mariadbServer(): Promise<KillBackend> {
  const plugin = await installPlugins('mysql');
  const server = await startMariadb({ durable: true });
  await server.sql(`create user etl@'%' identified by '${password}'; grant all on *.* to etl@'%'`);
  const changePassword = async (changed: string): Promise<void> => {
    await server.sql(`set password for etl@'%' = password('${changed}'); kill user etl`);
  };
  const tables = async (database: string): Promise<readonly string[]> =>
    linesOf(await server.sql(`select table_name from information_schema.tables where table_schema = '${database}' order by 1`));
  return {
    server: { ...server, changePassword },
    tables,
    variables: () => ({ ...plugin.variables, KILL_PORT: String(server.port), ETL_SECRET_WAREHOUSE__PASSWORD: password }),
    async create(database, from) {
      await server.sql(`create database ${database} character set utf8mb4`);
      if (from === null) return;
      const copies = (await tables(from)).map(
        (table) =>
          `create table ${database}.\`${table}\` like ${from}.\`${table}\`; insert into ${database}.\`${table}\` select * from ${from}.\`${table}\`;`,
      );
      await server.sql(copies.join('\n'));
    },
    run: (database, statements) => server.sql(statements, database),
    async rows(database, table) {
      const columns = `set group_concat_max_len = 100000; select group_concat(if(column_name in ${times}, concat('\`', column_name, '\` is not null'), concat('\`', column_name, '\`')) order by ordinal_position) from information_schema.columns where table_schema = '${database}' and table_name = '${table}'`;
      const list = (await server.sql(columns)).trim();
      return server.sql(`select ${list} from \`${table}\` order by ${list}`, database);
    },
    async drop(database) {
      await server.sql(`drop database if exists ${database}`);
    },
    async close() {
      await server.remove();
      await plugin.remove();
    },
  };
}

const connectionOf = (connector: string): string =>
  `{ connector: ${connector}, host: 127.0.0.1, port: "\${KILL_PORT}", database: "\${KILL_DATABASE}", user: etl, password: { secret: password } }`;

const servers = { postgres: sharedServer(postgresServer), mariadb: sharedServer(mariadbServer) };

/** Ends the servers that the projects shared. */
export async function closeServers(): Promise<void> {
  await Promise.all([servers.postgres.close(), servers.mariadb.close()]);
}

const postgres = { title: 'PostgreSQL', connection: connectionOf('postgres'), world: servers.postgres.world };
const mariadb = { title: 'MariaDB', connection: connectionOf('mysql'), world: servers.mariadb.world };

/** `count` rows from a server that makes rows out of numbers by itself; each third one shares its time with two others. */
const postgresRows = (from: number, to: number, tag: string): string =>
  `insert into source select n, n % 13, n * 7 / 100.0, case n % 5 when 0 then null when 1 then '' when 2 then E'line\\nfeed' else '${tag} "😀" ' || n end, timestamp '2026-01-01' + n / 3 * interval '1 second' from generate_series(${from}, ${to}) n`;
const mariadbRows = (from: number, to: number, tag: string): string =>
  `insert into source select seq, seq % 13, seq * 7 / 100, case seq % 5 when 0 then null when 1 then '' when 2 then 'line\\nfeed' else concat('${tag} "😀" ', seq) end, timestamp '2026-01-01 00:00:00' + interval seq div 3 second from seq_${from}_to_${to}`;
const columns = 'id bigint primary key, customer int, amount decimal(12,2), note text';

/** One project for each write mode, and those that read from the server. */
export const postgresProjects: readonly KillProject[] = intoServer(postgres);
export const mariadbProjects: readonly KillProject[] = intoServer(mariadb);

/** What is read from a server while it may be killed. */
export const readingProjects: readonly KillProject[] = [
  ...fromServer(postgres, { table: `create table source (${columns}, changed timestamp not null)`, rows: postgresRows }),
  ...fromServer(mariadb, { table: `create table source (${columns}, changed datetime(6) not null)`, rows: mariadbRows }),
];
