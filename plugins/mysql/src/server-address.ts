import { EtlError } from '@etl/sdk';
import type { ConnectionOptions, TlsOptions } from './connection-options.js';

/** Where a server is and who signs in there. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly socket: string | null;
  readonly user: string;
  readonly database: string;
  /** null: not encrypted. */
  readonly tls: TlsOptions | null;
  /** For messages, without secrets. */
  readonly place: string;
}

/** Names of the machine itself. */
export const local: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Brings host, socket and URL to one form. Throws CONFIG_INVALID. */
export function serverAddress(options: ConnectionOptions): ServerAddress {
  const url = options.url === undefined ? null : readUrl(options.url);
  const { socket = null } = options;
  const host = url?.host ?? options.host ?? 'localhost';
  const port = options.port ?? url?.port ?? 3306;
  const database = options.database ?? url?.database;
  const user = options.user ?? url?.user;
  if (database === undefined) throw invalid('The URL of the connection names no database', 'Write mysql://user@host:3306/database');
  if (user === undefined) throw invalid('The connection names no user', 'Add user to the connection');
  const { tls = socket === null && !local.has(host) } = options;
  const verified: TlsOptions = { verify: true };
  return {
    host,
    port,
    socket,
    user,
    database,
    tls: tls === false ? null : tls === true ? verified : tls,
    place: `${socket ?? `${host}:${port}`}/${database}`,
  };
}

interface UrlParts {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
}

function readUrl(text: string): UrlParts {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('The URL of the connection cannot be read', 'Write mysql://user@host:3306/database');
  }
  if (url.password !== '')
    throw invalid(
      'The URL of the connection holds a password',
      'Take it out, write password: { secret: password }, and store it: etl credentials set',
    );
  if (url.search !== '') throw invalid('The URL of the connection has parameters', 'Write them as options of the connection');
  const database = decodeURIComponent(url.pathname.slice(1));
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(database === '' ? {} : { database }),
  };
}

const invalid = (message: string, hint: string): EtlError => new EtlError('CONFIG_INVALID', message, { hint });
