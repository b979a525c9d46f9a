import { EtlError, messageOf, nativeCode, type ErrorCode } from '@etl/sdk';
import type { ErrorEntry, ErrorTable } from '@etl/sql';

const rights = 'Ask the administrator of the database for the right, or use another user';
const again = 'Another session holds the rows or the table: run the job again, or raise lock_timeout of the connection';
const reach = 'Check host and port of the connection, and that the listener is running';
const cut = 'The connection was cut: look into the alert log of the database, and run the job again';
const tls = 'Check tls of the connection: ca names the file with the authority that signed the certificate of the server';
const room = 'The tablespace or the quota of the user is full: ask the administrator for room';

const entry = (code: ErrorCode, hint?: string): ErrorEntry => ({ code, ...(hint === undefined ? {} : { hint }) });
const row = (code: ErrorCode): ErrorEntry => ({ code, row: true });

/** Numbers of Oracle (ORA-), of the driver (NJS-) and of Node, in words of ours. */
export const oracleErrors: ErrorTable = new Map<string, ErrorEntry>([
  // Reaching the server
  ['ECONNREFUSED', entry('UNREACHABLE', reach)],
  ['ENOTFOUND', entry('UNREACHABLE', 'Check the name of the host')],
  ['EAI_AGAIN', entry('UNREACHABLE', 'The name of the host cannot be looked up now: check the network')],
  ['EHOSTUNREACH', entry('UNREACHABLE', reach)],
  ['ENETUNREACH', entry('UNREACHABLE', reach)],
  ['ECONNRESET', entry('UNREACHABLE', cut)],
  ['EPIPE', entry('UNREACHABLE', cut)],
  ['ETIMEDOUT', entry('TIMEOUT', 'The server does not answer: check host, port and firewall, or raise connect_timeout')],
  ['NJS-500', entry('UNREACHABLE', cut)],
  ['NJS-501', entry('UNREACHABLE', cut)],
  ['NJS-503', entry('UNREACHABLE', reach)],
  ['NJS-505', entry('UNREACHABLE', tls)],
  ['NJS-506', entry('UNREACHABLE', tls)],
  ['NJS-507', entry('UNREACHABLE', tls)],
  ['NJS-510', entry('TIMEOUT', 'The server does not answer: check host, port and firewall, or raise connect_timeout')],
  ['NJS-511', entry('UNREACHABLE', reach)],
  ['NJS-512', entry('CONFIG_INVALID', 'Correct connect_string of the connection')],
  ['NJS-513', entry('CONFIG_INVALID', 'Correct connect_string of the connection')],
  ['NJS-515', entry('CONFIG_INVALID', 'Correct connect_string of the connection')],
  ['NJS-516', entry('CONFIG_INVALID', 'config_dir must name the folder with tnsnames.ora')],
  ['NJS-517', entry('NOT_FOUND', 'connect_string is no name of tnsnames.ora in config_dir')],
  ['NJS-518', entry('NOT_FOUND', 'Correct service of the connection: lsnrctl status on the server lists the services')],
  ['NJS-519', entry('NOT_FOUND', 'Correct sid of the connection; most databases are named by service')],
  ['NJS-521', entry('UNREACHABLE', tls)],
  ['NJS-123', entry('TIMEOUT')],
  ['NJS-138', entry('CAPABILITY_MISSING', 'The server is older than Oracle 12.1, which the driver does not speak to')],
  ['NJS-116', entry('AUTH_FAILED', 'The password is kept by an old method only (10G): the administrator sets it anew')],
  ['NJS-533', entry('UNREACHABLE', 'The server demands native network encryption, which the driver has not: use tls')],
  ['NJS-003', entry('UNREACHABLE', cut)],
  ...[28, 1012, 1033, 1034, 1089, 1090, 1092, 2396, 3113, 3114, 3135, 12_537, 12_547, 12_570, 12_571].map((number) => [`ORA-${String(number).padStart(5, '0')}`, entry('UNREACHABLE', cut)] as const),
  ['ORA-12514', entry('NOT_FOUND', 'Correct service of the connection')],
  ['ORA-12505', entry('NOT_FOUND', 'Correct sid of the connection')],
  ['ORA-12516', entry('THROTTLED', 'The listener has no free handler: lower sessions of the connection')],
  ['ORA-12520', entry('THROTTLED', 'The listener has no free handler: lower sessions of the connection')],
  ['ORA-00018', entry('THROTTLED', 'The database has as many sessions as it takes: lower sessions of the connection')],
  ['ORA-00020', entry('THROTTLED', 'The database has as many processes as it takes: lower sessions of the connection')],
  ['ORA-02391', entry('THROTTLED', 'The user has as many sessions as it may: lower sessions of the connection')],
  ['ORA-01013', entry('CANCELLED')],
  // Signing in
  ['ORA-01017', entry('AUTH_FAILED', 'Check user and password: etl credentials set CONNECTION')],
  ['ORA-01005', entry('AUTH_FAILED', 'Give the password: etl credentials set CONNECTION')],
  ['NJS-101', entry('CREDENTIAL_MISSING', 'Give the password: etl credentials set CONNECTION')],
  ['ORA-28000', entry('AUTH_FAILED', 'The account is locked: the administrator unlocks it')],
  ['ORA-28001', entry('AUTH_FAILED', 'The password has expired: change it on the server')],
  ['ORA-28003', entry('AUTH_FAILED', 'The password has expired: change it on the server')],
  ['ORA-01045', entry('PERMISSION_DENIED', 'The user lacks CREATE SESSION: ask the administrator')],
  ['ORA-01031', entry('PERMISSION_DENIED', rights)],
  ['ORA-01950', entry('PERMISSION_DENIED', 'The user has no quota on the tablespace: ask the administrator')],
  ['ORA-41900', entry('PERMISSION_DENIED', rights)],
  ['ORA-01456', entry('PERMISSION_DENIED', 'An extract only reads')],
  ['ORA-16000', entry('PERMISSION_DENIED', 'The database is open read-only')],
  // What is not there
  ['ORA-00942', entry('NOT_FOUND', 'There is no such table, or the user may not see it')],
  ['ORA-01435', entry('NOT_FOUND', 'There is no such schema')],
  ['ORA-01918', entry('NOT_FOUND', 'There is no such schema')],
  ['ORA-04043', entry('NOT_FOUND')],
  ['ORA-00904', entry('SQL_FAILED', 'Check the names of the columns; names without quotes are read in capitals')],
  ['ORA-00972', entry('SCHEMA_MISMATCH', 'The name is longer than this database keeps: 128 bytes, 30 before 12.2')],
  ['ORA-01792', entry('CAPABILITY_MISSING', 'A table of Oracle has at most 1,000 columns')],
  ['ORA-01450', entry('CAPABILITY_MISSING', 'The key is longer than an index may be: use shorter columns')],
  // Waiting for others
  ['ORA-00054', entry('LOCKED', again)],
  ['ORA-00060', entry('LOCKED', again)],
  ['ORA-08177', entry('LOCKED', again)],
  ['ORA-04021', entry('LOCKED', again)],
  ['ORA-30006', entry('LOCKED', again)],
  ['ORA-01555', entry('LOCKED', 'The read took longer than the database keeps old versions (undo_retention): read in parts or by order_key')],
  // Rows
  ['ORA-00001', row('CONFLICT')],
  ['ORA-02290', row('CONFLICT')],
  ['ORA-02291', row('CONFLICT')],
  ['ORA-02292', row('CONFLICT')],
  ['ORA-30926', entry('CONFLICT', 'A key stands in the rows more than once')],
  ...['01400', '01401', '01407', '01426', '01438', '01461', '01465', '01722', '01727', '01830', '01839', '01840', '01841', '01843', '01847', '01850', '01851', '01852', '01858', '01861', '01873', '01874', '01878', '12899', '14400', '22835', '29275'].map((number) => [`ORA-${number}`, row('DATA_INVALID')] as const),
  // Room
  ...['01536', '01631', '01632', '01652', '01653', '01654', '01658', '01659', '01688', '01691', '30036', '19502', '19809'].map((number) => [`ORA-${number}`, entry('DISK_FULL', room)] as const),
]); // prettier-ignore

/** The number of a native error: the driver's own code, or the ORA- of its text (errors of array rows have no other). */
export function nativeKey(error: unknown): string {
  const code = nativeCode(error) ?? '';
  if (oracleErrors.has(code)) return code;
  const told = /\b(?:ORA|NJS)-\d{3,5}/.exec(messageOf(error))?.[0];
  return code === '' ? (told ?? '') : code;
}

/** Codes of TLS that Node gives: the certificate is not what it should be. */
const certificateProblem = /CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|HOSTNAME_|certificate|wallet/i;

/** What the table says of a native error. */
export function errorEntry(error: unknown): ErrorEntry {
  const key = nativeKey(error);
  // NJS-530 and 503 wrap what failed below
  const wrapped = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNRESET|ETIMEDOUT)\b/.exec(messageOf(error))?.[0];
  const found = (wrapped === undefined ? undefined : oracleErrors.get(wrapped)) ?? oracleErrors.get(key);
  if (found !== undefined && found.hint !== reach) return found;
  if (/^NJS-/.test(key) && certificateProblem.test(messageOf(error))) return entry('UNREACHABLE', tls);
  return found ?? entry('SQL_FAILED');
}

/** Errors behind which a session cannot be used. */
export const endsSession = (error: unknown): boolean =>
  ['UNREACHABLE'].includes(errorEntry(error).code) || /^NJS-(003|500|501)$/.test(nativeKey(error));

/** A native error as ours, once; the address of the driver's help pages is left out. */
export function oracleError(what: string, cause: unknown, details: { readonly line?: number } = {}): EtlError {
  const { code, hint } = errorEntry(cause);
  return new EtlError(code, `${what}: ${withoutValues(cause)}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
    details: { native: nativeKey(cause), ...details },
  });
}

/** The message of an error without the values that it quotes: 23ai names them in ORA-01722 and behind ORA-00001. */
export function withoutValues(cause: unknown): string {
  const message = messageOf(cause)
    .replaceAll(/\n?Help: https?:\S+/g, '')
    .trim();
  if (errorEntry(cause).row !== true) return message;
  return message.replaceAll(/containing ('[^']*'|"[^"]*")/g, 'containing a value').replaceAll(/\n?ORA-03301:.*/g, '');
}
