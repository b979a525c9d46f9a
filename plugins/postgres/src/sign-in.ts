import { EtlError, nativeCode, type Secret } from '@etl/sdk';
import { tlsFiles, type ServerAddress } from '@etl/sql';
import { isIP, type Socket } from 'node:net';
import { Client } from 'pg';
import { errorEntry, postgresError } from './postgres-errors.js';
import { DirectSocket } from './wire/direct-socket.js';

export interface SignIn {
  readonly address: ServerAddress;
  readonly password: Secret | undefined;
  /** Paths of certificates begin here. */
  readonly directory: string;
  readonly timeout: number;
  readonly tag: string;
  /** Where a tunnel leads in its place; null: the server is reached directly. */
  readonly led: { readonly host: string; readonly port: number } | null;
}

/** A connection that the server let in: the driver is done, its socket is ours. */
export interface SignedIn {
  readonly socket: Socket;
  /** The same, where it is not encrypted; null: it is. */
  readonly direct: DirectSocket | null;
  /** What a request to cancel must say. */
  readonly process: number;
  readonly secret: number;
}

/** Signs in by the driver (TLS, SCRAM with channel binding, MD5, certificates) and takes its socket over. Throws UNREACHABLE, TIMEOUT, AUTH_FAILED, NOT_FOUND… */
export async function signIn({ address, password, directory, timeout, tag, led }: SignIn): Promise<SignedIn> {
  const { host, port, socket, user, database, tls, place } = address;
  const direct = tls === null ? new DirectSocket() : null;
  const client = new Client({
    ...(direct === null ? {} : { stream: direct.socket }),
    host: led?.host ?? socket ?? host,
    port: led?.port ?? port,
    user,
    database,
    // Without one the driver would look into files of this user
    password: () => password?.reveal() ?? '',
    // The certificate is that of the server, whatever leads to it
    ssl: tls === null ? false : { ...(await tlsFiles(tls, directory)), host, ...(isIP(host) === 0 ? { servername: host } : {}) },
    application_name: tag,
    connectionTimeoutMillis: timeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    enableChannelBinding: tls !== null,
  });
  // Every checked-out client needs one, or a closed socket ends the process
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    client.connection.stream.destroy();
    throw signInError(cause, { address, hasPassword: password !== undefined, place });
  }
  const { processID, secretKey, connection } = client;
  return { socket: connection.stream, direct, process: processID ?? 0, secret: secretKey ?? 0 };
}

interface Failing {
  readonly address: ServerAddress;
  readonly hasPassword: boolean;
  readonly place: string;
}

/** Codes of Node's TLS and certificates. */
const certificateCode = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_OSSL)/;

function signInError(cause: unknown, { address, hasPassword, place }: Failing): EtlError {
  const code = nativeCode(cause) ?? '';
  const message = cause instanceof Error ? cause.message : '';
  const isServers = /^[0-9A-Z]{5}$/.test(code) && errorEntry(code) !== undefined;
  const tls = isServers ? null : tlsError(code, message, cause, place);
  if (tls !== null) return tls;
  if (/timeout expired/i.test(message))
    return new EtlError('TIMEOUT', `${place} did not answer in time`, {
      hint: 'Look at the network and the server, or raise connect_timeout',
      cause,
    });
  if (/SASL|SCRAM|password must be a string/i.test(message) && !hasPassword) return noPassword(place, cause);
  if (/SASL|SCRAM/i.test(message))
    return new EtlError('AUTH_FAILED', `Signing in at ${place} failed: ${message}`, {
      hint: 'Store the password again: etl credentials set CONNECTION',
      cause,
    });
  if (isServers) {
    if (code === '28P01' && !hasPassword) return noPassword(place, cause);
    const entry = errorEntry(code);
    const certificate = /client certificate/.test(message);
    const encryption = /no encryption/.test(message) && address.tls === null;
    return new EtlError(entry?.code ?? 'AUTH_FAILED', `${place}: ${message}`, {
      hint: encryption
        ? 'The server wants an encrypted connection: write tls: true'
        : certificate
          ? 'The server wants a certificate of this client: tls: { cert: path, key: path }'
          : (entry?.hint ?? 'Look into the log of the server'),
      cause,
    });
  }
  return postgresError(cause, { place });
}

const noPassword = (place: string, cause: unknown): EtlError =>
  new EtlError('AUTH_FAILED', `${place} asks for a password, and the connection has none`, {
    hint: 'Write password: { secret: password }, and store it: etl credentials set CONNECTION',
    cause,
  });

function tlsError(code: string, message: string, cause: unknown, place: string): EtlError | null {
  if (/does not support SSL/i.test(message))
    return new EtlError('UNREACHABLE', `${place} does not encrypt`, {
      hint: 'Switch ssl on in the server, or write tls: false where nobody can listen on the way',
      cause,
    });
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new EtlError('UNREACHABLE', `The certificate of ${place} is for another name`, {
      hint: 'Use the name of the certificate as host, or have a certificate made for this one',
      cause,
    });
  if (!certificateCode.test(code) && !/certificate|SSL alert|tls/i.test(message)) return null;
  return new EtlError('UNREACHABLE', `The certificates of ${place} and this connection do not fit: ${message}`, {
    hint: 'Name the authority that signed the certificate of the server: tls: { ca: path }',
    cause,
  });
}
