import { basename } from 'node:path';
import { startPostgres } from '@etl/testkit';
import { startOracleDouble, type OracleDouble } from '../doubles/oracle/oracle-double.js';
import { installPlugins } from './installed-plugins.js';
import { intoServer, type KillProject, type KillWorld } from './kill-project.js';

/** The database of a copy is called as its folder. */
const databaseOf = (directory: string): string => basename(directory).replaceAll('-', '_');
const password = 'pass of a test';

/** Times at which history opened and closed a version differ from run to run; whether they are set must not. */
const times = `('VALID_FROM', 'VALID_TO')`;

/** A protocol double of Oracle for each copy, over a PostgreSQL database of its own: runs are killed, the double lives in the process of the test. */
async function oracleWorld(): Promise<KillWorld> {
  const plugin = await installPlugins('oracle');
  const server = await startPostgres({ access: ['host all all 127.0.0.1/32 trust'] });
  const doubles = new Map<string, OracleDouble>();
  const stop = async (database: string): Promise<void> => {
    await doubles.get(database)?.close();
    doubles.delete(database);
  };
  const start = async (database: string): Promise<void> => {
    const url = `postgres://${server.user}@${server.host}:${server.port}/${database}`;
    doubles.set(database, await startOracleDouble({ database: url, users: { ETL: { password } } }));
  };
  const make = async (database: string, source: string | null): Promise<void> => {
    // PostgreSQL copies no database that somebody is connected to
    if (source !== null) await stop(source);
    await server.sql(`create database ${database}${source === null ? '' : ` template ${source}`}`);
    if (source !== null) await start(source);
    await start(database);
  };
  let making = Promise.resolve();
  return {
    variables: (directory) => ({
      ...plugin.variables,
      KILL_PORT: String(doubles.get(databaseOf(directory))?.port ?? 0),
      ETL_SECRET_WAREHOUSE__PASSWORD: password,
    }),
    make(directory, from) {
      making = making.then(() => make(databaseOf(directory), from === null ? null : databaseOf(from)));
      return making;
    },
    async content(directory) {
      const database = databaseOf(directory);
      const found: { [table: string]: string } = {};
      const tables = await server.sql(`select table_name from information_schema.tables where table_schema = 'ETL' order by 1`, database);
      for (const table of tables.split('\n').filter((name) => name !== '')) {
        const columns = `select coalesce(string_agg(case when column_name in ${times} then format('(%I is not null)::text', column_name) else format('%I::text', column_name) end, ', ' order by ordinal_position), '') from information_schema.columns where table_schema = 'ETL' and table_name = '${table}'`;
        const list = (await server.sql(columns, database)).trim();
        found[table] = table.startsWith('_etl')
          ? 'state'
          : await server.sql(`select ${list} from "ETL"."${table}" order by ${list}`, database);
      }
      const problems = doubles.get(database)?.problems ?? [];
      if (problems.length > 0) throw new Error(`The double did not understand: ${problems.map(String).join('; ')}`);
      return found;
    },
    async drop(directory) {
      await stop(databaseOf(directory));
      await server.sql(`drop database if exists ${databaseOf(directory)} with (force)`);
    },
    async close() {
      for (const database of [...doubles.keys()]) await stop(database);
      await server.remove();
      await plugin.remove();
    },
  };
}

const connection =
  '{ connector: oracle, host: 127.0.0.1, port: "${KILL_PORT}", service: FREEPDB1, user: etl, password: { secret: password } }';

/** One project for each write mode. */
export const oracleProjects: readonly KillProject[] = intoServer('Oracle (protocol double)', connection, oracleWorld);
