import { startThrowawayPostgres } from './throwaway-postgres.js';
import { startOracleDouble, type DoubleOptions, type OracleDouble } from './oracle-double.js';

export interface DoubleForTest extends OracleDouble {
  readonly user: string;
  readonly password: string;
}

/** A double over a PostgreSQL of its own, with one user `ETL`; `close` ends both. */
export async function startDoubleForTest(options: Partial<Omit<DoubleOptions, 'database'>> = {}): Promise<DoubleForTest> {
  const postgres = await startThrowawayPostgres();
  const password = 'Sécret#1 "quoted"';
  const users = { ETL: { password }, ...options.users };
  const double = await startOracleDouble({ ...options, database: await postgres.database(), users });
  return {
    ...double,
    user: 'etl',
    password,
    async close() {
      await double.close();
      await postgres.stop();
    },
  };
}
