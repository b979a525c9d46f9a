import { EtlError, nativeCode } from '@etl/sdk';
import type { DuckDBInstance } from '@duckdb/node-api';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Database, DatabaseOptions } from './database.js';
import { duckDbError } from './duckdb-error.js';
import type { openSession } from './open-session.js';
import { loadDuckDb } from './load-duckdb.js';
import { literal } from './quote.js';
import type { Session } from './session.js';

interface Instance {
  readonly instance: DuckDBInstance;
  readonly openSession: typeof openSession;
  readonly exclusive: Database['exclusive'];
}

interface Entry {
  readonly opened: Promise<Instance>;
  readonly readOnly: boolean;
  openings: number;
}

const memory = ':memory:';

/** The instances of this process. Two of one file would harm it, so copies of this package share the map. */
const instances: Map<string, Entry> = ((): Map<string, Entry> => {
  const key = Symbol.for('etl.columnar.instances');
  const holder = globalThis as Record<symbol, Map<string, Entry> | undefined>;
  return (holder[key] ??= new Map<string, Entry>());
})();

/**
 * Opens a database file, or `:memory:` for one of its own, locked down: SQL reaches only the allowed folders, loads no extension and cannot
 * change that. Opening a file again shares its instance. Throws LOCKED with the process that holds the file, NOT_FOUND, DATA_INVALID,
 * CONFLICT where the file is open here in the other of read-only and writable.
 */
export async function openDatabase(path: string, options: DatabaseOptions): Promise<Database> {
  await mkdir(options.temporary, { recursive: true, mode: 0o700 });
  if (path === memory) {
    const opened = await createInstance(memory, options);
    return handle(memory, opened, options, () => opened.instance.closeSync());
  }
  const real = await realPath(path);
  const readOnly = options.readOnly ?? false;
  const entry = instances.get(real) ?? { opened: createInstance(real, options), readOnly, openings: 0 };
  if (entry.readOnly !== readOnly)
    throw new EtlError('CONFLICT', `${path} is already open ${entry.readOnly ? 'read-only' : 'for writing'} in this process`, {
      hint: 'Give both connections the same read_only, or use one connection',
    });
  instances.set(real, entry);
  entry.openings += 1;
  try {
    const opened = await entry.opened;
    // Without a pause between the two: a caller that opens the file meanwhile must find this instance or none
    const release = (): void => {
      entry.openings -= 1;
      if (entry.openings > 0) return;
      instances.delete(real);
      opened.instance.closeSync();
    };
    return handle(real, opened, options, release);
  } catch (error) {
    entry.openings -= 1;
    if (entry.openings === 0) instances.delete(real);
    throw error;
  }
}

function handle(path: string, opened: Instance, { temporary }: DatabaseOptions, release: () => void): Database {
  const sessions = new Set<Session>();
  let closed = false;
  return {
    path,
    exclusive: opened.exclusive,
    async connect() {
      if (closed) throw new EtlError('INTERNAL', `${path} is closed`);
      const session = opened.openSession(await opened.instance.connect(), temporary);
      sessions.add(session);
      return {
        ...session,
        async close() {
          if (!sessions.delete(session)) return;
          await session.close();
        },
      };
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const session of sessions) await session.close();
      sessions.clear();
      release();
    },
  };
}

/** Links resolved, also where the file is still to be made. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (nativeCode(cause) !== 'ENOENT') throw duckDbError(cause);
  }
  const folder = dirname(resolve(path));
  try {
    return join(await realpath(folder), basename(path));
  } catch (cause) {
    throw new EtlError('NOT_FOUND', `The folder ${folder} does not exist`, { hint: 'Create it, or correct the path', cause });
  }
}

async function createInstance(path: string, options: DatabaseOptions): Promise<Instance> {
  const { readOnly = false, memoryLimit = '512MB', temporary, threads, passing = false } = options;
  const { DuckDBInstance } = loadDuckDb();
  const { openSession } = await import('./open-session.js');
  if (path !== memory) await refuseFolder(path, readOnly);
  try {
    const instance = await DuckDBInstance.create(path, {
      ...(readOnly ? { access_mode: 'READ_ONLY' } : {}),
      ...(threads === undefined ? {} : { threads: String(threads) }),
      memory_limit: memoryLimit,
      temp_directory: join(temporary, 'duckdb'),
    });
    if (passing) await leaveLog(instance);
    await lockDown(instance, [...(options.allowed ?? (path === memory ? [] : [dirname(path)])), temporary]);
    return { instance, openSession, exclusive: oneAtATime() };
  } catch (cause) {
    throw duckDbError(cause);
  }
}

/** Lets one piece of work run at a time, in the order of asking. */
function oneAtATime(): Database['exclusive'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // The next one waits for the end of this one, however it ends; who asked is told the error
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function refuseFolder(path: string, readOnly: boolean): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return undefined;
    throw duckDbError(cause);
  });
  if (found === undefined && readOnly) throw new EtlError('NOT_FOUND', `${path} does not exist, and read_only makes none`);
  if (found?.isDirectory() === true) throw new EtlError('DATA_INVALID', `${path} is a folder, not a DuckDB database`);
}

/** What is only in the log need not move to the file when it is closed: it is read from there if the file is opened once more. */
async function leaveLog(instance: DuckDBInstance): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run('pragma disable_checkpoint_on_shutdown');
  } finally {
    connection.closeSync();
  }
}

/** In this order: the folders can be named only before access is taken away, and nothing changes behind the last statement. */
async function lockDown(instance: DuckDBInstance, allowed: readonly string[]): Promise<void> {
  const connection = await instance.connect();
  try {
    for (const statement of [
      `set allowed_directories = [${[...new Set(allowed)].map((folder) => literal(folder)).join(', ')}]`,
      'set enable_external_access = false',
      `set global TimeZone = 'UTC'`,
      'set autoinstall_known_extensions = false',
      'set autoload_known_extensions = false',
      'set lock_configuration = true',
    ])
      await connection.run(statement);
  } finally {
    connection.closeSync();
  }
}
