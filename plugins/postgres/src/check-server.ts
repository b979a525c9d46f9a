import { EtlError, isEtlError, nativeCode, type LayerResult } from '@etl/sdk';
import {
  checkLayers,
  reachPort,
  resolveHost,
  unreachable,
  type ConnectOptions,
  type ServerAddress,
  type SqlClient,
  type SshTunnel,
} from '@etl/sql';
import { connect } from 'node:net';
import type { ConnectionOptions } from './connection-options.js';
import type { PostgresSession } from './postgres-session.js';

/** What is tested: a client, as far as a test needs it. */
export interface CheckedServer extends Pick<SqlClient, 'place'> {
  readonly address: ServerAddress;
  readonly options: ConnectionOptions;
  readonly tunnel: SshTunnel | null;
  connect(options: ConnectOptions): Promise<PostgresSession>;
}

/** name, port, TLS, login, database, permission: ends behind the first that fails. */
export async function* checkServer(client: CheckedServer): AsyncGenerator<LayerResult> {
  const { host, port, socket, tls, user, database } = client.address;
  const timeout = client.options.connect_timeout * 1000;
  const hint = `Look into the log of the server at ${client.place}`;
  const visit = new Visit(client);
  const reach = (): Promise<string> => (socket === null ? reachPort(host, port, timeout) : reachSocket(`${socket}/.s.PGSQL.${port}`));
  const { tunnel } = client;
  const direct = [
    ...(socket === null ? [{ layer: 'name', check: () => resolveHost(host), hint }] : []),
    { layer: 'port', check: reach, hint },
  ];
  try {
    yield* checkLayers([
      ...(tunnel === null ? direct : [{ layer: 'SSH', check: () => tunnel.check(), hint: 'Look into the log of the SSH server' }]),
      ...(tls === null ? [] : [{ layer: 'TLS', check: () => visit.encrypted(tls.verify), hint }]),
      { layer: 'login', check: () => visit.signedIn(user), hint },
      { layer: 'database', check: () => visit.database(database), hint },
      { layer: 'permission', check: () => visit.permission(), hint },
    ]);
  } finally {
    await visit.end();
  }
}

/** Opens the socket file, and nothing more. Throws UNREACHABLE. */
function reachSocket(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const probe = connect(path);
    probe.once('error', (cause) => reject(unreachable(path, cause)));
    probe.once('connect', () => {
      probe.destroy();
      resolve(`${path} answers`);
    });
  });
}

/** One session for the layers above the port: signing in does them all at once, and its error says which of them failed. */
class Visit {
  readonly #client: CheckedServer;
  #session: Promise<PostgresSession> | null = null;

  constructor(client: CheckedServer) {
    this.#client = client;
  }

  #connect(): Promise<PostgresSession> {
    this.#session ??= this.#client.connect({ access: 'read', tag: 'etl check' });
    return this.#session;
  }

  /** Signs in, unless what fails belongs to a later layer. */
  async #reach(laterCodes: readonly string[]): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      // A file of the connection that is not there is no word of the server's
      if (!isEtlError(error) || !laterCodes.includes(error.code) || nativeCode(error.cause) === 'ENOENT') throw error;
    }
  }

  async encrypted(verify: boolean): Promise<string> {
    await this.#reach(['AUTH_FAILED', 'NOT_FOUND', 'PERMISSION_DENIED', 'THROTTLED']);
    return verify ? 'encrypted and verified' : 'encrypted, but nobody knows with whom: verify is false';
  }

  async signedIn(user: string): Promise<string> {
    await this.#reach(['NOT_FOUND', 'PERMISSION_DENIED']);
    return `signed in as ${user}`;
  }

  async database(name: string): Promise<string> {
    const [row] = await (await this.#connect()).rows(`select current_setting('server_version')`);
    return `${name}, PostgreSQL ${row?.[0] ?? ''}`;
  }

  async permission(): Promise<string> {
    const session = await this.#connect();
    const { schema } = this.#client.options;
    const [row] = await session.rows(
      `select n.nspname, has_schema_privilege(n.oid, 'usage'), has_schema_privilege(n.oid, 'create') from pg_namespace n where n.nspname = coalesce($1::text, current_schema())`,
      [schema ?? null],
    );
    const [name = null, mayUse = 'f', mayCreate = 'f'] = row ?? [];
    if (name === null)
      throw new EtlError(
        'NOT_FOUND',
        schema === undefined ? 'The search path of the user names no schema that is there' : `There is no schema ${schema}`,
        {
          hint: 'Correct the schema of the connection; the first load makes one that is named there',
        },
      );
    if (mayUse !== 't')
      throw new EtlError('PERMISSION_DENIED', `The user may not use the schema ${name}`, {
        hint: `grant usage on schema ${name} to the user`,
      });
    return mayCreate === 't' ? `reads and writes in ${name}` : `reads in ${name}; a load also needs: grant create on schema ${name}`;
  }

  /** A session that never was has nothing to close. */
  async end(): Promise<void> {
    const session = await this.#session?.catch(() => null);
    await session?.close();
  }
}
