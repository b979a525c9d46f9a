import { EtlError, isEtlError, type LayerResult } from '@etl/sdk';
import {
  checkLayers as inOrder,
  reachPort,
  resolveHost,
  unreachable,
  type ConnectOptions,
  type SshTunnel,
  type ServerAddress,
} from '@etl/sql';
import type { Connection } from 'mysql2';
import { connect } from 'node:net';
import { collectRows } from './collect-rows.js';
import type { ConnectionOptions } from './connection-options.js';
import { mysqlError, nativeKey } from './mysql-errors.js';

/** What is checked of a client. */
export interface CheckedClient {
  readonly address: ServerAddress;
  readonly options: Pick<ConnectionOptions, 'connect_timeout'>;
  readonly place: string;
  readonly tunnel: SshTunnel | null;
  signIn(options: ConnectOptions): Promise<SignedIn>;
}

/** name, port, TLS, login, database, permission: ends behind the first that fails. */
export async function* checkLayers(client: CheckedClient): AsyncGenerator<LayerResult> {
  const { host, port, socket, tls, database, user } = client.address;
  const { tunnel } = client;
  const timeout = client.options.connect_timeout * 1000;
  const visit = new Visit(client);
  const hint = `Look into the log of the server at ${client.place}`;
  try {
    yield* inOrder([
      ...(socket === null && tunnel === null ? [{ layer: 'name', check: () => resolveHost(host), hint }] : []),
      {
        layer: tunnel === null ? 'port' : 'SSH',
        check: () => (tunnel !== null ? tunnel.check() : socket === null ? reachPort(host, port, timeout) : reachSocket(socket)),
        hint,
      },
      ...(tls === null ? [] : [{ layer: 'TLS', check: () => visit.tls(), hint }]),
      { layer: 'login', check: () => visit.login(user), hint },
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

/** What the server itself says has passed through the encryption. */
const isOfServer = (key: string): boolean => /^\d+$|^AUTH_|^MYSQL_CLEAR/.test(key);
/** What it tells when all is well but the database. */
const databaseFailure: ReadonlySet<string> = new Set(['1049', '1044']);

interface SignedIn {
  readonly connection: Connection;
  readonly raw: boolean;
}

/** One connection for the layers above the port: the driver does them all at once, and its error says which of them failed. */
class Visit {
  readonly #client: CheckedClient;
  #signedIn: Promise<SignedIn> | null = null;

  constructor(client: CheckedClient) {
    this.#client = client;
  }

  #signIn(): Promise<SignedIn> {
    this.#signedIn ??= this.#client.signIn({ access: 'read', tag: 'check' }).then((signedIn) => {
      signedIn.connection.on('error', () => undefined);
      return signedIn;
    });
    return this.#signedIn;
  }

  /** Signs in, unless what fails belongs to a later layer; false: it does. */
  async #reach(isLater: (key: string) => boolean): Promise<boolean> {
    try {
      await this.#signIn();
      return true;
    } catch (error) {
      if (!isEtlError(error) || !isLater(nativeKey(error.cause))) throw error;
      return false;
    }
  }

  async tls(): Promise<string> {
    await this.#reach(isOfServer);
    return this.#client.address.tls?.verify === false ? 'encrypted, but nobody knows with whom: verify is false' : 'encrypted and verified';
  }

  async login(user: string): Promise<string> {
    // A user whose password has expired is let in, and may do nothing
    if (await this.#reach((key) => databaseFailure.has(key))) await this.#rows('select 1');
    return `signed in as ${user}`;
  }

  async database(name: string): Promise<string> {
    const [row] = await this.#rows('select version()');
    const version = row?.[0] ?? '';
    return `${name}, ${/mariadb/i.test(version) ? 'MariaDB' : 'MySQL'} ${version}`;
  }

  async permission(): Promise<string> {
    const grants = (await this.#rows('show grants')).map(([grant]) => grant ?? '');
    const rights = grants.flatMap((grant) => /^GRANT (.+?) ON /.exec(grant)?.[1]?.split(', ') ?? []);
    const has = (...names: readonly string[]): boolean =>
      names.every((name) => rights.includes(name) || rights.some((right) => right.startsWith('ALL')));
    // A right to some columns is a right
    if (!rights.some((right) => right.startsWith('SELECT') || right.startsWith('ALL')))
      throw new EtlError('PERMISSION_DENIED', 'The user may not read any table', { hint: 'grant select on the tables to the user' });
    return has('INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER')
      ? 'reads and writes'
      : 'reads; a load also needs INSERT, UPDATE, DELETE, CREATE, DROP and ALTER';
  }

  async #rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    const { connection, raw } = await this.#signIn();
    try {
      return await collectRows(connection, { sql, raw });
    } catch (cause) {
      throw mysqlError('MySQL answers', cause);
    }
  }

  /** A sign-in that failed has nothing to close. */
  async end(): Promise<void> {
    const signedIn = await this.#signedIn?.catch(() => null);
    signedIn?.connection.destroy();
  }
}
