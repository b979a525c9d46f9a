import { EtlError } from '@etl/sdk';
import type { Bind, SqlRow, SqlSession, Upserted } from './sql-client.js';

/**
 * A session that writes statements down instead of running them, and asks the real one only what reads. Counts are answered as for a load of one row
 * whose key stands nowhere twice, so that a publish walks through all of its statements.
 */
export class RecordingSession implements SqlSession {
  readonly statements: string[] = [];
  readonly #real: SqlSession;

  constructor(real: SqlSession) {
    this.#real = real;
  }

  get usable(): boolean {
    return this.#real.usable;
  }

  async run(sql: string): Promise<number> {
    this.statements.push(sql);
    return 0;
  }

  async upsert(sql: string): Promise<Upserted> {
    this.statements.push(sql);
    return { inserted: 1, updated: 0, unchanged: 0 };
  }

  async rows(sql: string, binds: readonly Bind[] = []): Promise<readonly SqlRow[]> {
    if (!sql.startsWith('select count(*)')) return this.#real.rows(sql, binds);
    return [[sql.includes('having count(*) > 1') ? '0' : '1']];
  }

  describe(sql: string, binds?: readonly Bind[]): ReturnType<SqlSession['describe']> {
    return this.#real.describe(sql, binds);
  }

  stream(query: Parameters<SqlSession['stream']>[0]): ReturnType<SqlSession['stream']> {
    return this.#real.stream(query);
  }

  bulk(): Promise<never> {
    return refused();
  }

  begin(): Promise<never> {
    return refused();
  }

  commit(): Promise<never> {
    return refused();
  }

  async rollback(): Promise<void> {}

  exportSnapshot(): Promise<never> {
    return refused();
  }

  lock(): Promise<never> {
    return refused();
  }

  unlock(): Promise<never> {
    return refused();
  }

  endOthers(): Promise<never> {
    return refused();
  }

  cancel(): void {
    this.#real.cancel();
  }

  async close(): Promise<void> {}
}

const refused = (): Promise<never> => Promise.reject(new EtlError('INTERNAL', 'A plan only writes statements down'));
