import type { Context, LayerResult } from '@etl/sdk';
import { serverAddress, sshTunnel, type ConnectOptions, type ServerAddress, type SqlClient, type SshTunnel } from '@etl/sql';
import { checkServer } from './check-server.js';
import type { ConnectionOptions } from './connection-options.js';
import { PostgresSession } from './postgres-session.js';
import { sessionSettings } from './session-settings.js';
import { signIn } from './sign-in.js';

/** Opens sessions at one server. */
export class PostgresClient implements SqlClient {
  readonly address: ServerAddress;
  readonly options: ConnectionOptions;
  /** null: the server is reached directly. */
  readonly tunnel: SshTunnel | null;
  readonly #context: Context;

  constructor(options: ConnectionOptions, context: Context) {
    this.address = serverAddress(options, { port: 5432, example: 'postgres://user@host:5432/database' });
    this.options = options;
    this.#context = context;
    this.tunnel = options.ssh === undefined ? null : sshTunnel(options.ssh, context.directory);
  }

  get place(): string {
    return this.address.place;
  }

  async connect(connect: ConnectOptions): Promise<PostgresSession> {
    const { password, connect_timeout } = this.options;
    const { directory } = this.#context;
    const led = this.tunnel === null ? null : await this.tunnel.lead(this.address);
    const signedIn = await signIn({ address: this.address, password, directory, timeout: connect_timeout * 1000, tag: connect.tag, led });
    const session = new PostgresSession(signedIn, this.place);
    try {
      await session.run(sessionSettings(this.options, connect));
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  check(): AsyncIterable<LayerResult> {
    return checkServer(this);
  }

  async close(): Promise<void> {
    await this.tunnel?.close();
  }
}
