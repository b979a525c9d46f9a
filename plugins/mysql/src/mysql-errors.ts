import { EtlError, messageOf, nativeCode, type ErrorCode } from '@etl/sdk';
import type { ErrorEntry, ErrorTable } from '@etl/sql';

const tlsHint = 'Check tls of the connection: ca names the file with the authority that signed the certificate of the server';
const signInHint =
  'Check user and password: etl credentials set CONNECTION. A user that the server wants encrypted (REQUIRE SSL) is refused without tls';
const rightsHint = 'Ask the administrator of the server for the right, or use another user';
const againHint = 'Another session holds the rows or the table: run the job again, or raise lock_timeout of the connection';

const entry = (code: ErrorCode, hint?: string): ErrorEntry => ({ code, ...(hint === undefined ? {} : { hint }) });
const row = (code: ErrorCode): ErrorEntry => ({ code, row: true });

/** Native numbers of MySQL and MariaDB, and codes of the driver and of Node, in words of ours. */
export const mysqlErrors: ErrorTable = new Map<string, ErrorEntry>([
  // Reaching the server
  ['ECONNREFUSED', entry('UNREACHABLE', 'Check host and port, and that the server is running')],
  ['ENOTFOUND', entry('UNREACHABLE', 'Check the name of the host')],
  ['EAI_AGAIN', entry('UNREACHABLE', 'The name of the host cannot be looked up now: check the network')],
  ['EHOSTUNREACH', entry('UNREACHABLE', 'There is no route to the host: check the network or the tunnel')],
  ['ENETUNREACH', entry('UNREACHABLE', 'There is no route to the host: check the network or the tunnel')],
  ['ECONNRESET', entry('UNREACHABLE', 'The connection was cut: check the log of the server')],
  ['EPIPE', entry('UNREACHABLE', 'The connection was cut: check the log of the server')],
  ['ENOENT', entry('UNREACHABLE', 'There is no such socket file: check socket of the connection')],
  ['ETIMEDOUT', entry('TIMEOUT', 'The server does not answer: check host, port and firewall, or raise connect_timeout')],
  ['PROTOCOL_CONNECTION_LOST', entry('UNREACHABLE', 'The server closed the connection: check its log, or wait_timeout and max_allowed_packet')],
  ['PROTOCOL_SEQUENCE_TIMEOUT', entry('TIMEOUT')],
  ['HANDSHAKE_SSL_ERROR', entry('UNREACHABLE', tlsHint)],
  ['HANDSHAKE_NO_SSL_SUPPORT', entry('UNREACHABLE', 'The server offers no TLS: set it up there, or write tls: false where the network is safe')],
  ['1040', entry('THROTTLED', 'The server has as many connections as it takes: lower sessions of the connection')],
  ['1203', entry('THROTTLED', 'The user has as many connections as it may: lower sessions of the connection')],
  ['1226', entry('THROTTLED', 'The user has used up what it may do for now')],
  ['1129', entry('UNREACHABLE', 'The server blocks this host after too many errors: FLUSH HOSTS there')],
  ['1130', entry('PERMISSION_DENIED', 'The server lets no user in from this host: grant the user for it')],
  ['1053', entry('UNREACHABLE', 'The server is shutting down')],
  ['1927', entry('UNREACHABLE', 'The session was ended on the server')],
  ['1317', entry('CANCELLED')],
  ['3024', entry('TIMEOUT')],
  ['1969', entry('TIMEOUT', 'The statement ran longer than the server allows (max_statement_time)')],
  ['2013', entry('UNREACHABLE')],
  ['4031', entry('UNREACHABLE', 'The server closed the session, which was idle for too long')],
  // Signing in
  ['1045', entry('AUTH_FAILED', signInHint)],
  ['1698', entry('AUTH_FAILED', 'This user signs in another way than by password (unix_socket): use socket, or give it a password')],
  ['1862', entry('AUTH_FAILED', 'The password has expired: change it on the server')],
  ['1820', entry('AUTH_FAILED', 'The password has expired: change it on the server')],
  ['3118', entry('AUTH_FAILED', 'The account is locked on the server')],
  ['4151', entry('AUTH_FAILED', 'The account is locked on the server')],
  ['1251', entry('AUTH_FAILED', 'The server asks for a way to sign in that is not supported')],
  ['AUTH_SWITCH_PLUGIN_ERROR', entry('AUTH_FAILED', 'Write tls: true, or name the public key of the server: server_public_key')],
  ['MYSQL_CLEAR_PASSWORD_NOT_ENABLED', entry('AUTH_FAILED', 'The server asks for the password in clear text, which is never sent')],
  ['3159', entry('AUTH_FAILED', 'The server takes encrypted connections alone: write tls: true')],
  ['1044', entry('PERMISSION_DENIED', rightsHint)],
  ['1142', entry('PERMISSION_DENIED', rightsHint)],
  ['1143', entry('PERMISSION_DENIED', rightsHint)],
  ['1227', entry('PERMISSION_DENIED', rightsHint)],
  ['1370', entry('PERMISSION_DENIED', rightsHint)],
  ['1095', entry('PERMISSION_DENIED', 'Only the user of a session, or an administrator, may end it')],
  ['1290', entry('PERMISSION_DENIED', 'The server is read-only, or started with an option that forbids this')],
  ['1792', entry('PERMISSION_DENIED', 'An extract only reads')],
  ['1836', entry('PERMISSION_DENIED', 'The server is in read-only mode')],
  // What is not there
  ['1049', entry('NOT_FOUND', 'Check database of the connection, and that the user may see it')],
  ['1146', entry('NOT_FOUND')],
  ['1051', entry('NOT_FOUND')],
  ['1054', entry('SQL_FAILED', 'Check the names of the columns')],
  ['1064', entry('SQL_FAILED')],
  ['1273', entry('CAPABILITY_MISSING', 'The server does not know this collation: cast the column to text before the load')],
  ['1115', entry('CAPABILITY_MISSING', 'The server does not know this character set: cast the column to text before the load')],
  ['1071', entry('CAPABILITY_MISSING', 'The key is longer than an index of MySQL may be: use shorter columns')],
  ['1118', entry('CAPABILITY_MISSING', 'The row is longer than MySQL holds: cast some columns to text without a length')],
  ['1117', entry('CAPABILITY_MISSING', 'MySQL has at most 4,096 columns in a table, InnoDB 1,017')],
  ['1059', entry('SCHEMA_MISMATCH', 'Names have at most 64 characters')],
  ['1103', entry('SCHEMA_MISMATCH', 'MySQL keeps no table of this name')],
  ['1166', entry('SCHEMA_MISMATCH', 'MySQL keeps no column of this name')],
  ['3750', entry('CONFIG_INVALID', 'The server demands a primary key of every table (sql_require_primary_key): let this user make tables without one')],
  // Waiting for others
  ['1205', entry('LOCKED', againHint)],
  ['1213', entry('LOCKED', againHint)],
  ['1206', entry('LOCKED', againHint)],
  ['3572', entry('LOCKED', againHint)],
  ['1412', entry('LOCKED', 'The table was changed while it was read: run the job again')],
  // Rows
  ['1048', row('DATA_INVALID')],
  ['1062', row('CONFLICT')],
  ['1169', row('CONFLICT')],
  ['1216', row('CONFLICT')],
  ['1217', row('CONFLICT')],
  ['1451', row('CONFLICT')],
  ['1452', row('CONFLICT')],
  ['1586', row('CONFLICT')],
  ['1557', row('CONFLICT')],
  ['4025', row('CONFLICT')],
  ['3819', row('CONFLICT')],
  ['1263', row('DATA_INVALID')],
  ['1264', row('DATA_INVALID')],
  ['1265', row('DATA_INVALID')],
  ['1292', row('DATA_INVALID')],
  ['1300', row('DATA_INVALID')],
  ['1366', row('DATA_INVALID')],
  ['1364', row('DATA_INVALID')],
  ['1367', row('DATA_INVALID')],
  ['1406', row('DATA_INVALID')],
  ['1411', row('DATA_INVALID')],
  ['1416', row('DATA_INVALID')],
  ['1441', row('DATA_INVALID')],
  ['1526', row('CONFLICT')],
  ['1748', row('CONFLICT')],
  ['1690', row('DATA_INVALID')],
  ['1918', row('DATA_INVALID')],
  ['3140', row('DATA_INVALID')],
  ['3156', row('DATA_INVALID')],
  ['4038', row('DATA_INVALID')],
  // Room
  ['1021', entry('DISK_FULL', 'The disk of the server is full')],
  ['1114', entry('DISK_FULL', 'The table, or the disk of the server, is full')],
  ['1030', entry('DISK_FULL', 'The storage of the server failed: look into its log')],
  ['3', entry('DISK_FULL', 'The server cannot write to its disk')],
  ['28', entry('DISK_FULL', 'The disk of the server is full')],
  ['1153', entry('LIMIT_EXCEEDED', 'A value is larger than the server takes: raise max_allowed_packet there')],
]); // prettier-ignore

/** Codes of TLS that Node gives: the certificate is not what it should be. */
const certificateProblem = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|INVALID_|HOSTNAME_)/;

/** The facts of a native error; a number wins over the code of the driver, which knows not every number of MariaDB. */
export function nativeKey(error: unknown): string {
  const { errno } = (typeof error === 'object' && error !== null ? error : {}) as { readonly errno?: unknown };
  if (typeof errno === 'number' && errno > 0) return String(errno);
  return nativeCode(error) ?? '';
}

/** What the table says of a native error. */
export function errorEntry(error: unknown): ErrorEntry {
  const key = nativeKey(error);
  const found = mysqlErrors.get(key);
  if (found !== undefined) return found;
  if (certificateProblem.test(key)) return entry('UNREACHABLE', tlsHint);
  return entry('SQL_FAILED');
}

/** A native error as ours, once. What a message quotes of a row is taken out of it: values belong to the rejects alone. */
export function mysqlError(what: string, cause: unknown): EtlError {
  const { code, hint } = errorEntry(cause);
  const line = /at line (\d+)/.exec(messageOf(cause))?.[1];
  return new EtlError(code, `${what}: ${withoutValues(cause)}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
    details: { native: nativeKey(cause), ...(line === undefined ? {} : { line: Number(line) }) },
  });
}

/** The message of an error that speaks of a row, without the value that it quotes. */
export function withoutValues(cause: unknown): string {
  const message = messageOf(cause);
  if (errorEntry(cause).row !== true) return message;
  return message
    .replace(/^Duplicate entry '.*' for key/s, 'A duplicate entry for key')
    .replace(/(value|string): '.*' for (column|function)/s, '$1 for $2')
    .replace(/(value|string): '.*'$/s, '$1');
}
