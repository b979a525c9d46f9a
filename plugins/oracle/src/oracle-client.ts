import type { Context, LayerResult } from '@etl/sdk';
import { sshTunnel, type ConnectOptions, type SqlClient, type SqlSession, type SshTunnel } from '@etl/sql';
import { checkLayers } from './check-layers.js';
import type { ConnectionOptions } from './connection-options.js';
import { loadDriver, type Connection } from './driver.js';
import { driverOptions } from './driver-options.js';
import { oracleError } from './oracle-errors.js';
import { OracleSession } from './oracle-session.js';
import { serverAddress, type ServerAddress } from './server-address.js';
import { sessionSettings } from './session-settings.js';

/** Opens sessions with one database. */
export class OracleClient implements SqlClient {
  readonly options: ConnectionOptions;
  readonly address: ServerAddress;
  /** null: the server is reached without one. */
  readonly tunnel: SshTunnel | null;
  readonly #context: Context;

  constructor(options: ConnectionOptions, context: Context) {
    this.options = options;
    this.address = serverAddress(options);
    this.tunnel = options.ssh === undefined ? null : sshTunnel(options.ssh, context.directory);
    this.#context = context;
  }

  get place(): string {
    return this.address.place;
  }

  check(): AsyncIterable<LayerResult> {
    return checkLayers(this);
  }

  async connect({ tag }: ConnectOptions): Promise<SqlSession> {
    return new OracleSession({
      connection: await this.signIn(tag),
      driver: await loadDriver(),
      another: () => this.signIn(tag),
    });
  }

  /** A connection that has signed in and reads and prints as canonical cells need it. Throws UNREACHABLE, TIMEOUT, AUTH_FAILED, PERMISSION_DENIED, NOT_FOUND. */
  async signIn(tag: string): Promise<Connection> {
    const { host } = this.address;
    const led = this.tunnel === null || host === null ? null : await this.tunnel.lead(host);
    const attributes = await driverOptions(this.options, { address: this.address, directory: this.#context.directory, led });
    const driver = await loadDriver();
    let connection: Connection | null = null;
    try {
      connection = await driver.getConnection(attributes);
      connection.module = tag;
      for (const statement of sessionSettings(this.options)) await connection.execute(statement);
      return connection;
    } catch (cause) {
      await connection?.close().catch(() => undefined);
      throw oracleError(`Cannot sign in to Oracle at ${this.place}`, cause);
    }
  }

  async close(): Promise<void> {
    await this.tunnel?.close();
  }
}
