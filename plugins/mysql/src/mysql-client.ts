import { EtlError, type Context, type LayerResult } from '@etl/sdk';
import { sshTunnel, type ConnectOptions, type ServerAddress, type SqlClient, type SqlSession, type SshTunnel } from '@etl/sql';
import type { Connection } from 'mysql2';
import { checkLayers } from './check-layers.js';
import type { ConnectionOptions } from './connection-options.js';
import { loadDriver, signIn } from './driver.js';
import { driverOptions } from './driver-options.js';
import { mysqlAddress } from './mysql-address.js';
import { mysqlError } from './mysql-errors.js';
import { MysqlSession } from './mysql-session.js';
import { readServerFacts, type ServerFacts } from './server-facts.js';
import { sessionSettings } from './session-settings.js';

/** Loads need window functions and several named locks at a time. */
function assertCanLoad({ maria, version, name }: ServerFacts, place: string): void {
  if (version >= (maria ? 100_300 : 80_000)) return;
  throw new EtlError('CAPABILITY_MISSING', `${place} is ${maria ? 'MariaDB' : 'MySQL'} ${name}, which cannot be loaded into`, {
    hint: 'Loads need MySQL 8.0 or MariaDB 10.3 and later; extracts also work with older servers',
  });
}

/** MySQL 8 as it came out: what is taken for granted until a server has answered. */
const unknownServer: ServerFacts = { maria: false, version: 80_000, name: '8.0.0' };

/** Opens sessions with one server. */
export class MysqlClient implements SqlClient {
  readonly options: ConnectionOptions;
  readonly address: ServerAddress;
  /** null: the server is reached directly. */
  readonly tunnel: SshTunnel | null;
  readonly #context: Context;
  #server: ServerFacts = unknownServer;
  #warned = false;

  constructor(options: ConnectionOptions, context: Context) {
    this.options = options;
    this.address = mysqlAddress(options);
    this.#context = context;
    this.tunnel = options.ssh === undefined ? null : sshTunnel(options.ssh, context.directory);
  }

  get place(): string {
    return this.address.place;
  }

  /** Which server it is, once a session was open. */
  get server(): ServerFacts {
    return this.#server;
  }

  get directory(): string {
    return this.#context.directory;
  }

  check(): AsyncIterable<LayerResult> {
    return checkLayers(this);
  }

  async connect({ access, tag }: ConnectOptions): Promise<SqlSession> {
    const { connection, raw } = await this.signIn({ access, tag });
    const { tinyint1, time, zero_dates: zeroDates, bulk } = this.options;
    const session = new MysqlSession({
      connection,
      raw,
      reading: { tinyint1, time, zeroDates },
      bulk,
      warn: (message) => this.#warnOnce(message),
      kill: (thread) => this.#kill(thread),
    });
    try {
      await this.#settle(session, access);
      if (access === 'write') await session.tag(tag);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** A connection that has signed in and nothing more. Throws UNREACHABLE, TIMEOUT, AUTH_FAILED, PERMISSION_DENIED, NOT_FOUND. */
  async signIn({ access, tag }: ConnectOptions): Promise<{ readonly connection: Connection; readonly raw: boolean }> {
    const led = this.tunnel === null ? null : await this.tunnel.lead(this.address);
    const options = await driverOptions(this.options, this.directory, { access, tag, led });
    const { mysql, raw } = await loadDriver();
    try {
      return { connection: await signIn({ mysql }, options), raw };
    } catch (cause) {
      throw mysqlError(`Cannot sign in to MySQL at ${this.place}`, cause);
    }
  }

  async #settle(session: MysqlSession, access: 'read' | 'write'): Promise<void> {
    for (const statement of sessionSettings(this.options, access)) await session.run(statement);
    const [row] = await session.rows('select version(), @@max_allowed_packet');
    this.#server = readServerFacts(row?.[0] ?? '');
    if (access === 'write') session.useArrays(Number(row?.[1]));
    if (access === 'read') return;
    assertCanLoad(this.#server, this.place);
    // A log of statements repeats them in an order that READ COMMITTED does not keep, so the server refuses it
    const log = new Map(
      (await session.rows(`show global variables where variable_name in ('log_bin', 'binlog_format')`)).map(([name, value]) => [
        name,
        value,
      ]),
    );
    if (log.get('log_bin') === 'ON' && log.get('binlog_format') === 'STATEMENT')
      await session.run('set session transaction isolation level repeatable read');
  }

  #warnOnce(message: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#context.log.warn(message, { place: this.place });
  }

  /** Ends a session of ours that was left in the middle of a statement, which the server would go on with. */
  async #kill(thread: number): Promise<void> {
    try {
      const { connection } = await this.signIn({ access: 'read', tag: 'end' });
      connection.on('error', () => undefined);
      await new Promise<void>((done) => connection.query(`kill ${thread}`, () => done()));
      connection.destroy();
    } catch (error) {
      // The server is gone, and the session with it; a session that lives ends when its connection is found closed
      if (!(error instanceof EtlError)) throw error;
      this.#context.log.debug('A session could not be ended', { place: this.place, code: error.code });
    }
  }

  async close(): Promise<void> {
    await this.tunnel?.close();
  }
}
