import { basename } from 'node:path';

/** A server with a database of its own for each copy of a project. */
export interface KillWorld {
  /** Variables of runs in this folder: how the CLI finds plugin, server and database. */
  variables(directory: string): { readonly [name: string]: string };
  /** Makes the database of a folder: empty, or with all that another one has. */
  make(directory: string, from: string | null): Promise<void>;
  /** Runs statements in the database of a folder. */
  fill(directory: string, statements: string): Promise<void>;
  /** All that the database of the folder holds, but the rows of state tables. */
  content(directory: string): Promise<unknown>;
  drop(directory: string): Promise<void>;
  /** The server itself; absent where there is none that could be killed. */
  readonly server?: KilledServer;
  close(): Promise<void>;
}

/** A server that can be taken away in the middle of a run; what was committed is there when it is back. */
export interface KilledServer {
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Starts it on the same address. */
  start(): Promise<void>;
  /** Gives the user of the runs another password, and ends its sessions. */
  changePassword?(password: string): Promise<void>;
}

/** Nothing but files. */
export const noWorld: KillWorld = {
  variables: () => ({}),
  make: async () => undefined,
  fill: async () => undefined,
  content: async () => null,
  drop: async () => undefined,
  close: async () => undefined,
};

/** What one kind of server does for a world, by the name of the database. */
export interface KillBackend {
  variables(database: string): { readonly [name: string]: string };
  create(database: string, from: string | null): Promise<void>;
  run(database: string, statements: string): Promise<unknown>;
  tables(database: string): Promise<readonly string[]>;
  /** Every row in an order of its own. Of times at which history opened and closed a version, which differ from run to run, it says whether they are set. */
  rows(database: string, table: string): Promise<string>;
  drop(database: string): Promise<void>;
  readonly server: KilledServer;
  close(): Promise<void>;
}

/** The columns of such times. */
export const historyTimes = ['valid_from', 'valid_to'];

/** The database of a copy is called as its folder. */
const databaseOf = (directory: string): string => basename(directory).replaceAll('-', '_');

/** A server that projects use one after the other: it is started for the first of them. */
export interface SharedServer {
  readonly world: () => Promise<KillWorld>;
  close(): Promise<void>;
}

export function sharedServer(start: () => Promise<KillBackend>): SharedServer {
  let started: Promise<KillBackend> | null = null;
  return {
    world: async () => databaseWorld(await (started ??= start())),
    async close() {
      await (await started)?.close();
      started = null;
    },
  };
}

/** Its databases end with the world, the server does not. */
function databaseWorld(backend: KillBackend): KillWorld {
  const made = new Set<string>();
  return {
    server: backend.server,
    variables: (directory) => ({ KILL_DATABASE: databaseOf(directory), ...backend.variables(databaseOf(directory)) }),
    make(directory, from) {
      made.add(databaseOf(directory));
      return backend.create(databaseOf(directory), from === null ? null : databaseOf(from));
    },
    async fill(directory, statements) {
      await backend.run(databaseOf(directory), statements);
    },
    async content(directory) {
      const database = databaseOf(directory);
      const found: { [table: string]: string } = {};
      for (const table of await backend.tables(database))
        found[table] = table.startsWith('_etl') ? 'state' : await backend.rows(database, table);
      return found;
    },
    async drop(directory) {
      await backend.drop(databaseOf(directory));
      made.delete(databaseOf(directory));
    },
    async close() {
      for (const database of made) await backend.drop(database);
    },
  };
}

/** Lines that a native client printed. */
export const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
