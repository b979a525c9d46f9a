import { createRequire } from 'node:module';

/** What the double uses of the driver of PostgreSQL. */
export interface PgClient {
  connect(): Promise<void>;
  query(query: string | PgQuery, values?: readonly unknown[]): Promise<PgResult>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  removeAllListeners(event: 'end'): unknown;
  end(): Promise<void>;
  /** Number of its server process, once it is connected. */
  readonly processID: number;
}

export interface PgQuery {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly rowMode: 'array';
}

export interface PgResult {
  readonly rows: (string | null)[][];
  readonly fields: readonly {
    readonly name: string;
    readonly tableID: number;
    readonly columnID: number;
    readonly dataTypeID: number;
    readonly dataTypeModifier: number;
  }[];
  readonly rowCount: number | null;
}

interface PgOptions {
  readonly connectionString: string;
  readonly types?: { readonly getTypeParser: () => (value: unknown) => unknown };
}

const driver = createRequire(import.meta.url)('pg') as { readonly Client: new (options: PgOptions) => PgClient };

/** A client that is not connected yet; it gives all values as the server writes them. */
export const pgClient = (url: string): PgClient =>
  new driver.Client({ connectionString: url, types: { getTypeParser: () => (value: unknown) => value } });
