import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { oracleError, type OracleError } from './wire/answers.js';
import { openBackend, type Backend } from './session/backend.js';
import { pgClient } from './session/pg-client.js';
import { openDomains } from './session/domains.js';
import { openSession, type Session } from './session/session.js';
import { searchPath } from './session/session-statements.js';
import { serveConnection, type ConnectionWorld } from './oracle-connection.js';
import { dictionary } from './schema/dictionary.js';
import { sysFunctions } from './schema/sys-functions.js';

/** A user, who is also a schema, as in Oracle. */
export interface DoubleUser {
  readonly password: string;
  /** Absent: all that the double knows. */
  readonly privileges?: readonly string[];
  /** Why nobody may sign in with it. */
  readonly state?: 'locked' | 'expired';
}

export interface DoubleOptions {
  /** A PostgreSQL 15 database that the double uses alone, as its superuser. It is empty, or was used by a double before. */
  readonly database: string;
  /** By name, in capitals. */
  readonly users: Readonly<Record<string, DoubleUser>>;
  readonly service?: string;
  readonly port?: number;
  /** TCPS instead of TCP. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A protocol double of an Oracle database: node-oracledb in thin mode signs in and works with it as it is. See README.md for what it is not. */
export interface OracleDouble {
  readonly port: number;
  readonly service: string;
  /** `127.0.0.1:port/service` */
  readonly connectString: string;
  /** What the double did not understand; a test that finds one is about the double, not about the connector. */
  readonly problems: readonly unknown[];
  /** Ends all connections at once, as a server that fails. New ones are taken. */
  drop(): void;
  close(): Promise<void>;
}

const allPrivileges = ['CREATE SESSION', 'CREATE TABLE', 'CREATE VIEW', 'ALTER SYSTEM'];

export async function startOracleDouble(options: DoubleOptions): Promise<OracleDouble> {
  const { users, service = 'FREEPDB1' } = options;
  await fill(options.database, Object.keys(users));
  const problems: unknown[] = [];
  const admin = await openBackend({ url: options.database, settings: { application_name: 'oracle double' }, onLost: () => undefined });
  const world = connectionWorld({ options, service, admin, problems });
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, world);
  };
  const server: Server = options.tls === undefined ? createServer(onSocket) : createTlsServer(options.tls, onSocket);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    service,
    connectString: `127.0.0.1:${port}/${service}`,
    problems,
    drop,
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
      await admin.end();
    },
  };
}

/** Makes schema SYS and one schema for each user, where they are not there. */
async function fill(url: string, users: readonly string[]): Promise<void> {
  const client = pgClient(url);
  await client.connect();
  try {
    const { rows } = await client.query("select 1 from pg_namespace where nspname = 'SYS'");
    if (rows.length > 0) return;
    await client.query(sysFunctions + dictionary);
    for (const user of users) await client.query(`create schema "${user}"`);
  } finally {
    await client.end();
  }
}

interface World {
  readonly options: DoubleOptions;
  readonly service: string;
  readonly admin: Backend;
  readonly problems: unknown[];
}

function connectionWorld({ options, service, admin, problems }: World): ConnectionWorld {
  const { users, database } = options;
  const domains = openDomains((sql) => admin.query(sql));
  const open = async (user: string, onLost: () => void): Promise<Session | OracleError> => {
    const { state, privileges = allPrivileges } = users[user] ?? {};
    if (state === 'locked') return oracleError(28_000, 'The account is locked.');
    if (state === 'expired') return oracleError(28_001, 'The account has expired.');
    if (!privileges.includes('CREATE SESSION')) return oracleError(1045, `user ${user} lacks CREATE SESSION privilege; logon denied`);
    const settings = {
      'oracle.user': user,
      'oracle.schema': user,
      'oracle.service': service,
      'oracle.privileges': privileges.join(','),
      search_path: searchPath(user),
      timezone: 'UTC',
      datestyle: 'ISO, YMD',
      extra_float_digits: '1',
    };
    const backend = await openBackend({ url: database, settings, onLost });
    const kill = async (processId: number): Promise<void> => {
      await admin.query('select pg_terminate_backend($1)', [processId]);
    };
    return openSession({ backend, domains, privileges: new Set(privileges), kill });
  };
  return {
    refusal(data) {
      const named = /SERVICE_NAME=([^)]*)/i.exec(data)?.[1];
      if (named !== undefined) return named.toUpperCase() === service.toUpperCase() ? null : 12_514;
      return /\(SID=([^)]*)/i.exec(data)?.[1]?.toUpperCase() === service.toUpperCase() ? null : 12_505;
    },
    password: (user) => users[user]?.password,
    facts: () => Object.entries(sessionFacts(service)),
    open,
    async cancel(session) {
      await admin.query('select pg_cancel_backend($1)', [session.backend.processId]);
    },
    report: (problem) => problems.push(problem),
  };
}

const version19c = 0x13_00_00_00;

const sessionFacts = (service: string): Readonly<Record<string, string>> => ({
  AUTH_VERSION_STRING: '- Production',
  AUTH_VERSION_SQL: '25',
  AUTH_VERSION_NO: String(version19c),
  AUTH_DBNAME: service,
  AUTH_SC_SERVICE_NAME: service,
  AUTH_SC_DBUNIQUE_NAME: 'ETLCDB',
  AUTH_SC_REAL_DBUNIQUE_NAME: 'ETLCDB',
  AUTH_SC_DB_DOMAIN: '',
  AUTH_INSTANCENAME: 'etl',
  AUTH_MAX_OPEN_CURSORS: '300',
  AUTH_MAX_IDEN_LENGTH: '128',
  AUTH_SESSION_ID: '42',
  AUTH_SERIAL_NUM: '7',
  AUTH_INSTANCE_NO: '1',
});
