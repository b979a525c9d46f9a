import { startPostgres } from '@etl/testkit';
import { startOracleDouble, type OracleDouble } from '../doubles/oracle/oracle-double.js';
import { installPlugins } from './installed-plugins.js';
import { intoServer, type KillProject } from './kill-project.js';
import { historyTimes, linesOf, sharedServer, type KillBackend } from './kill-world.js';

const password = 'pass of a test';
const times = `(${historyTimes.map((name) => `'${name.toUpperCase()}'`).join(', ')})`;

/** A protocol double of Oracle for each copy, over a PostgreSQL database of its own. The doubles live in the process of the test. */
async function oracleServer(): Promise<KillBackend> {
  const plugin = await installPlugins('oracle');
  const server = await startPostgres({ access: ['host all all 127.0.0.1/32 trust'], durable: true });
  const doubles = new Map<string, OracleDouble>();
  const stop = async (database: string): Promise<void> => {
    await doubles.get(database)?.close();
    doubles.delete(database);
  };
  const start = async (database: string, port = 0): Promise<void> => {
    const url = `postgres://${server.user}@${server.host}:${server.port}/${database}`;
    doubles.set(database, await startOracleDouble({ database: url, users: { ETL: { password } }, port }));
  };
  const create = async (database: string, from: string | null): Promise<void> => {
    // PostgreSQL copies no database that somebody is connected to
    if (from !== null) await stop(from);
    await server.sql(`create database ${database}${from === null ? '' : ` template ${from}`}`);
    if (from !== null) await start(from);
    await start(database);
  };
  /** Ends doubles and database, and gives the ports at which the doubles come back. */
  let ports: readonly (readonly [database: string, port: number])[] = [];
  const end = async (work: () => Promise<void>): Promise<void> => {
    ports = [...doubles].map(([database, { port }]) => [database, port]);
    for (const double of doubles.values()) double.drop();
    await Promise.all(ports.map(([database]) => stop(database)));
    await work();
  };
  let making = Promise.resolve();
  return {
    variables: (database) => ({
      ...plugin.variables,
      KILL_PORT: String(doubles.get(database)?.port ?? 0),
      ETL_SECRET_WAREHOUSE__PASSWORD: password,
    }),
    create(database, from) {
      making = making.then(() => create(database, from));
      return making;
    },
    run: (database, statements) => server.sql(statements, database),
    tables: async (database) =>
      linesOf(await server.sql(`select table_name from information_schema.tables where table_schema = 'ETL' order by 1`, database)),
    async rows(database, table) {
      const columns = `select coalesce(string_agg(case when column_name in ${times} then format('(%I is not null)::text', column_name) else format('%I::text', column_name) end, ', ' order by ordinal_position), '') from information_schema.columns where table_schema = 'ETL' and table_name = '${table}'`;
      const list = (await server.sql(columns, database)).trim();
      const problems = doubles.get(database)?.problems ?? [];
      if (problems.length > 0) throw new Error(`The double did not understand: ${problems.map(String).join('; ')}`);
      return server.sql(`select ${list} from "ETL"."${table}" order by ${list}`, database);
    },
    async drop(database) {
      await stop(database);
      await server.sql(`drop database if exists ${database} with (force)`);
    },
    server: {
      kill: () => end(() => server.kill()),
      stop: () => end(() => server.stop()),
      async start() {
        await server.start();
        for (const [database, port] of ports) await start(database, port);
      },
    },
    async close() {
      for (const database of [...doubles.keys()]) await stop(database);
      await server.remove();
      await plugin.remove();
    },
  };
}

const shared = sharedServer(oracleServer);

/** Ends what the projects shared. */
export const closeOracle = (): Promise<void> => shared.close();

const connection =
  '{ connector: oracle, host: 127.0.0.1, port: "${KILL_PORT}", service: FREEPDB1, user: etl, password: { secret: password } }';

/** One project for each write mode. */
export const oracleProjects: readonly KillProject[] = intoServer({ title: 'Oracle (protocol double)', connection, world: shared.world });
