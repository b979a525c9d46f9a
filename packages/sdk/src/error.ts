import type { Json } from './json.js';

/** Every way in which a job, a file or a connection can fail. Programs act on the code, people on message and hint. */
export const errorCodes = {
  USAGE: 'the command line is wrong',
  CONFIG_INVALID: 'a project file is wrong',
  CONNECTOR_UNKNOWN: 'no installed plugin offers this connector',
  CAPABILITY_MISSING: 'the connector does not offer what the job asks of it',
  CREDENTIAL_MISSING: 'a secret is not set',
  AUTH_FAILED: 'the source or target refused the credentials',
  PERMISSION_DENIED: 'the login works but may not do this',
  UNREACHABLE: 'the source or target cannot be reached',
  TIMEOUT: 'the source or target did not answer in time',
  THROTTLED: 'the source or target asks to wait',
  LOCKED: 'another program holds the file, table or database',
  NOT_FOUND: 'a file, table or object does not exist',
  SCHEMA_MISMATCH: 'columns or types do not fit',
  DATA_INVALID: 'a value or a file cannot be read as what it should be',
  CONFLICT: 'a key or a constraint is violated',
  CHECK_FAILED: 'a data check stopped the job',
  LIMIT_EXCEEDED: 'more rows were rejected than the job allows',
  UNBALANCED: 'rows in and rows out do not add up',
  SCRIPT_FAILED: 'a script of the job threw or did not end',
  SQL_FAILED: 'a SQL statement of the job failed',
  STALE_POSITION: 'an interrupted read cannot be continued, since the source changed',
  STAGING_LOST: 'the unfinished load is no longer there',
  BUSY: 'another run holds the job or the load',
  FENCED: 'another run has taken over this load',
  DISK_FULL: 'no space is left',
  CANCELLED: 'the run was interrupted',
  TEST_FAILED: 'a test of the job failed',
  INTERNAL: 'a fault of etl itself',
} as const;

export type ErrorCode = keyof typeof errorCodes;

const transientCodes: ReadonlySet<ErrorCode> = new Set(['UNREACHABLE', 'TIMEOUT', 'THROTTLED', 'LOCKED']);

/** Where a mistake stands: a file of the project, or a connection, dataset, step or row of the run. */
export interface Place {
  readonly file?: string;
  /** 1-based */
  readonly line?: number;
  /** 1-based */
  readonly column?: number;
  readonly connection?: string;
  readonly job?: string;
  readonly dataset?: string;
  readonly step?: string;
}

export interface EtlErrorOptions {
  /** What to do next, as a sentence or a command. In a command such as `etl credentials set CONNECTION`, the name of the connection is filled in once it is known. */
  readonly hint?: string;
  readonly place?: Place;
  /** The native error. */
  readonly cause?: unknown;
  /** Facts for programs; never a secret, never a value of a row. */
  readonly details?: Json;
}

const brand = Symbol.for('etl.error');

/** An error that says what failed, where and what to do. Its code never changes. */
export class EtlError extends Error {
  readonly [brand] = true;
  override readonly name = 'EtlError';
  readonly hint: string | undefined;
  readonly place: Place;
  readonly details: Json;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { hint, place = {}, cause, details = null }: EtlErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.place = place;
    this.details = details;
  }

  /** Whether the same call may succeed later. */
  get transient(): boolean {
    return transientCodes.has(this.code);
  }

  /** The same error with a place filled in where it had none. */
  at(added: Place): EtlError {
    const { code, message, hint, cause, details } = this;
    const place = { ...added, ...this.place };
    return new EtlError(code, message, {
      ...(hint === undefined ? {} : { hint: withConnection(hint, place) }),
      place,
      cause: cause ?? this,
      details,
    });
  }
}

/** Only behind the words of a command: a table may be called CONNECTION too. */
const withConnection = (hint: string, { connection }: Place): string =>
  connection === undefined ? hint : hint.replaceAll(/\b(etl [a-z]+ [a-z]+ )CONNECTION\b/g, (_, command: string) => command + connection);

/** Whether this is an `EtlError`, also one made by another copy of the SDK in the same process. */
export const isEtlError = (error: unknown): error is EtlError => error instanceof Error && brand in error;

/** The native code of a Node error, such as ENOENT. */
export const nativeCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : textOf(error));

/** Also of what cannot be made text, such as an object without a prototype. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}
