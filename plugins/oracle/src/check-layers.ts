import { EtlError, isEtlError, type LayerResult } from '@etl/sdk';
import { checkLayers as inOrder, reachPort, resolveHost, type CheckedLayer, type SshTunnel } from '@etl/sql';
import type { ConnectionOptions } from './connection-options.js';
import type { Connection } from './driver.js';
import { nativeKey } from './oracle-errors.js';
import type { ServerAddress } from './server-address.js';

/** What is tested of a connection. */
export interface CheckedClient {
  readonly place: string;
  readonly options: Pick<ConnectionOptions, 'user' | 'connect_timeout'>;
  readonly address: ServerAddress;
  readonly tunnel: SshTunnel | null;
  signIn(tag: string): Promise<Connection>;
}

/** name, port, TLS, database, login, permission: ends behind the first that fails. The listener looks for the database before anybody signs in. */
export async function* checkLayers(client: CheckedClient): AsyncGenerator<LayerResult> {
  const { tls, service } = client.address;
  const visit = new Visit(client);
  const hint = `Look into the log of the listener at ${client.place}`;
  try {
    yield* inOrder([
      ...wayTo(client, hint),
      ...(tls === null ? [] : [{ layer: 'TLS', check: () => visit.tls(), hint }]),
      { layer: 'database', check: () => visit.database(service), hint },
      { layer: 'login', check: () => visit.login(client.options.user), hint },
      { layer: 'permission', check: () => visit.permission(), hint },
    ]);
  } finally {
    await visit.end();
  }
}

/** Name and port, or the SSH server that leads there; a name of tnsnames.ora is the driver's to look up. */
function wayTo({ address: { host }, tunnel, options }: CheckedClient, hint: string): readonly CheckedLayer[] {
  if (tunnel !== null) return [{ layer: 'SSH', check: () => tunnel.check(), hint }];
  if (host === null) return [];
  return [
    { layer: 'name', check: () => resolveHost(host.host), hint },
    { layer: 'port', check: () => reachPort(host.host, host.port, options.connect_timeout * 1000), hint },
  ];
}

/** What fails behind TLS: the listener, or the database, has answered. */
const behindTls = /^(ORA-|NJS-51[789])/;
/** What fails behind the listener: the database has answered. */
const behindListener = /^ORA-(?!12\d{3}$)/;

/** One connection for the layers above the port: the driver does them all at once, and its error says which of them failed. */
class Visit {
  readonly #client: CheckedClient;
  #signedIn: Promise<Connection> | null = null;

  constructor(client: CheckedClient) {
    this.#client = client;
  }

  #signIn(): Promise<Connection> {
    this.#signedIn ??= this.#client.signIn('etl check');
    return this.#signedIn;
  }

  /** Signs in, unless what fails belongs to a later layer. */
  async #reach(later: RegExp): Promise<void> {
    try {
      await this.#signIn();
    } catch (error) {
      if (!isEtlError(error) || error.code === 'CREDENTIAL_MISSING' || !later.test(nativeKey(error.cause))) throw error;
    }
  }

  async tls(): Promise<string> {
    await this.#reach(behindTls);
    return this.#client.address.tls?.verify_name === false ? 'encrypted; the name of the server is not compared' : 'encrypted and verified';
  }

  async database(service: string): Promise<string> {
    await this.#reach(behindListener);
    return service;
  }

  async login(user: string): Promise<string> {
    const { oracleServerVersionString: version } = await this.#signIn();
    return `signed in as ${user}, Oracle ${version}`;
  }

  async permission(): Promise<string> {
    const connection = await this.#signIn();
    const { rows = [] } = await connection.execute<[string]>('select privilege from session_privs');
    const privileges = new Set(rows.map(([privilege]) => privilege));
    if (!privileges.has('CREATE SESSION'))
      throw new EtlError('PERMISSION_DENIED', 'The user has no privilege at all', { hint: 'grant create session to the user' });
    return privileges.has('CREATE TABLE') || privileges.has('CREATE ANY TABLE')
      ? 'reads and writes'
      : 'reads; a load also needs CREATE TABLE and a quota on a tablespace';
  }

  /** A sign-in that failed has nothing to close. */
  async end(): Promise<void> {
    const connection = await this.#signedIn?.catch(() => null);
    await connection?.close().catch(() => undefined);
  }
}
