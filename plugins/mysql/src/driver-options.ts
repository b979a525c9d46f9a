import { EtlError, messageOf } from '@etl/sdk';
import { isLocalHost, tlsFiles } from '@etl/sql';
import type { ConnectionOptions as DriverOptions } from 'mysql2';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import type { ConnectionOptions } from './connection-options.js';
import { mysqlAddress } from './mysql-address.js';
import { authPlugins } from './sign-in.js';

export interface SessionKind {
  /** Writers may send rows; nobody ever sends a file that the server names. */
  readonly access: 'read' | 'write';
  /** Shown by the server beside the session. */
  readonly tag: string;
  /** Port of this machine that leads to the server. */
  readonly led: { readonly host: string; readonly port: number } | null;
}

/** The options of a connection as the driver takes them. Throws CONFIG_INVALID, NOT_FOUND for a file that is not there. */
export async function driverOptions(
  options: ConnectionOptions,
  directory: string,
  { access, tag, led }: SessionKind,
): Promise<DriverOptions> {
  const { host, port, socket, user, database, tls } = mysqlAddress(options);
  const password = options.password?.reveal() ?? '';
  const serverKey = (await readText(options.server_public_key, directory)) ?? null;
  const ssl = tls === null ? undefined : { ...(await tlsFiles(tls, directory)), verifyIdentity: tls.verify };
  const plugins = authPlugins({ password, isPrivate: tls !== null || socket !== null, serverKey, isLocal: isLocalHost(host) });
  return {
    ...(socket === null ? { host, port } : { socketPath: socket }),
    // The host stays the one that the certificate must name
    ...(led === null ? {} : { stream: () => connect(led).setNoDelay(true) }),
    user,
    password,
    database,
    connectTimeout: options.connect_timeout * 1000,
    ...(ssl === undefined ? {} : { ssl }),
    charset: 'UTF8MB4_GENERAL_CI',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    disableEval: true,
    maxPreparedStatements: 50,
    flags: access === 'write' ? ['+LOCAL_FILES'] : ['-LOCAL_FILES'],
    connectAttributes: { program_name: `etl ${tag}`.slice(0, 60) },
    authPlugins: plugins as unknown as NonNullable<DriverOptions['authPlugins']>,
  };
}

async function readText(path: string | undefined, directory: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(resolve(directory, path), 'utf8');
  } catch (cause) {
    throw new EtlError('NOT_FOUND', `A file of the connection cannot be read: ${messageOf(cause)}`, {
      hint: 'Correct the path; it begins at the folder of etl.yaml',
      cause,
    });
  }
}
