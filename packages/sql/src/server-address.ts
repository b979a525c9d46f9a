import { EtlError, messageOf, type Secret } from '@etl/sdk';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Options of a connection that say where a server is, as people write them. */
export interface AddressOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly socket?: string | undefined;
  readonly url?: string | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly tls?: boolean | TlsChoice | undefined;
}

export interface TlsChoice {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: Secret | undefined;
  readonly verify: boolean;
}

/** Where a server is and who signs in there. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly socket: string | null;
  readonly user: string;
  readonly database: string;
  /** null: not encrypted. */
  readonly tls: TlsChoice | null;
  /** For messages, without secrets. */
  readonly place: string;
}

const local: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether a host is the machine itself: nobody is on the way. */
export const isLocalHost = (host: string): boolean => local.has(host);

/** Brings host, socket and URL to one form; `example` is shown where a URL is wrong. Throws CONFIG_INVALID. */
export function serverAddress(
  options: AddressOptions,
  { port: usual, example }: { readonly port: number; readonly example: string },
): ServerAddress {
  const url = options.url === undefined ? null : readUrl(options.url, example);
  const { socket = null } = options;
  const host = url?.host ?? options.host ?? 'localhost';
  const port = options.port ?? url?.port ?? usual;
  const database = options.database ?? url?.database;
  const user = options.user ?? url?.user;
  if (database === undefined) throw invalid('The URL of the connection names no database', `Write ${example}`);
  if (user === undefined) throw invalid('The connection names no user', 'Add user to the connection');
  const { tls = socket === null && !isLocalHost(host) } = options;
  const verified: TlsChoice = { verify: true };
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

function readUrl(text: string, example: string): UrlParts {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('The URL of the connection cannot be read', `Write ${example}`);
  }
  if (url.password !== '')
    throw invalid(
      'The URL of the connection holds a password',
      'Take it out, write password: { secret: password }, and store it: etl credentials set CONNECTION',
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

export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: 'TLSv1.2';
}

/** What Node's TLS takes; paths begin at the folder of etl.yaml. Throws NOT_FOUND for a file that is not there. */
export async function tlsFiles({ ca, cert, key, passphrase, verify }: TlsChoice, directory: string): Promise<TlsFiles> {
  const read = async (name: 'ca' | 'cert' | 'key', path: string | undefined): Promise<Partial<TlsFiles>> =>
    path === undefined ? {} : { [name]: await readText(resolve(directory, path)) };
  return {
    ...(await read('ca', ca)),
    ...(await read('cert', cert)),
    ...(await read('key', key)),
    ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
    rejectUnauthorized: verify,
    minVersion: 'TLSv1.2',
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new EtlError('NOT_FOUND', `A file of the connection cannot be read: ${messageOf(cause)}`, {
      hint: 'Correct the path; it begins at the folder of etl.yaml',
      cause,
    });
  }
}
