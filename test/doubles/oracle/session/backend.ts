import { pgClient } from './pg-client.js';

/** A result of the server behind the double, all values as text. */
export interface Answer {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly fields: readonly AnswerField[];
  readonly count: number;
}

export interface AnswerField {
  readonly name: string;
  /** The table and column it comes from directly; 0: an expression. */
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** One session with PostgreSQL, with Oracle's way of transactions: they begin by themselves, and a statement that fails undoes only itself. */
export interface Backend {
  readonly processId: number;
  readonly inTransaction: boolean;
  query(sql: string, values?: readonly unknown[]): Promise<Answer>;
  /** In a transaction, with what it did undone where it fails. */
  atomically<T>(work: () => Promise<T>): Promise<T>;
  begin(options?: string): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  end(): Promise<void>;
}

export interface BackendOptions {
  readonly url: string;
  /** Settings of the session by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** The session was lost. */
  readonly onLost: () => void;
}

export async function openBackend({ url, settings, onLost }: BackendOptions): Promise<Backend> {
  const client = pgClient(url);
  client.on('error', onLost);
  client.on('end', onLost);
  await client.connect();
  const set = Object.keys(settings).map((name, at) => `set_config('${name}', $${at + 1}, false)`);
  await client.query(`select ${set.join(', ')}`, Object.values(settings));
  let inTransaction = false;
  let savepoints = 0;

  const query = async (sql: string, values: readonly unknown[] = []): Promise<Answer> => {
    const result = await client.query({ text: sql, values: [...values], rowMode: 'array' });
    return { rows: result.rows, fields: result.fields, count: result.rowCount ?? 0 };
  };
  const begin = async (options = ''): Promise<void> => {
    if (inTransaction) return;
    await client.query(`begin ${options}`);
    inTransaction = true;
  };
  const end = async (how: 'commit' | 'rollback'): Promise<void> => {
    if (!inTransaction) return;
    inTransaction = false;
    await client.query(how);
  };
  return {
    processId: client.processID,
    get inTransaction() {
      return inTransaction;
    },
    query,
    async atomically(work) {
      await begin();
      const name = `s${++savepoints}`;
      await client.query(`savepoint ${name}`);
      try {
        const result = await work();
        await client.query(`release savepoint ${name}`);
        return result;
      } catch (cause) {
        await client.query(`rollback to savepoint ${name}`);
        throw cause;
      } finally {
        savepoints--;
      }
    },
    begin,
    commit: () => end('commit'),
    rollback: () => end('rollback'),
    async end() {
      client.removeAllListeners('end');
      await client.end();
    },
  };
}
