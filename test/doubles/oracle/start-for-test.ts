import { startPostgres } from '../../../packages/testkit/src/servers/postgres-server.js';
import { startOracleDouble, type DoubleOptions, type OracleDouble } from './oracle-double.js';

export interface DoubleForTest extends OracleDouble {
  readonly user: string;
  readonly password: string;
}

/** A double over a PostgreSQL of its own, with one user `ETL`; `close` ends both. */
export async function startDoubleForTest(options: Partial<Omit<DoubleOptions, 'database'>> = {}): Promise<DoubleForTest> {
  const postgres = await startPostgres({ access: ['host all all 127.0.0.1/32 trust'] });
  const password = 'Sécret#1 "quoted"';
  const users = { ETL: { password }, ...options.users };
  const database = `postgres://${postgres.user}@${postgres.host}:${postgres.port}/postgres`;
  const double = await startOracleDouble({ ...options, database, users });
  return {
    ...double,
    user: 'etl',
    password,
    async close() {
      await double.close();
      await postgres.remove();
    },
  };
}
