import type { ErrorCode } from '@etl/sdk';

/** What each exit code means: the same for every command, shown in help and in the reference. */
export const exitCodes = {
  0: 'done',
  1: 'the run failed',
  2: 'wrong usage, unknown command or invalid files',
  3: 'a credential is missing or was refused',
  4: 'a source or target cannot be reached or is locked; a retry may help',
  5: 'a data check stopped the job',
  6: 'done, but rows were rejected and --fail-on-reject was given',
  7: 'another run holds the job',
  129: 'hang-up; state is kept',
  130: 'interrupted; state is kept',
  143: 'terminated; state is kept',
} as const;

export type ExitCode = keyof typeof exitCodes;

const byErrorCode: { readonly [code in ErrorCode]?: ExitCode } = {
  USAGE: 2,
  CONFIG_INVALID: 2,
  CONNECTOR_UNKNOWN: 2,
  CAPABILITY_MISSING: 2,
  CREDENTIAL_MISSING: 3,
  AUTH_FAILED: 3,
  UNREACHABLE: 4,
  TIMEOUT: 4,
  THROTTLED: 4,
  LOCKED: 4,
  CHECK_FAILED: 5,
  LIMIT_EXCEEDED: 5,
  BUSY: 7,
  FENCED: 7,
  CANCELLED: 130,
};

/** The exit code of an error with this code. A hang-up or a termination is told apart by the signal, see `Interruption`. */
export const exitCodeOf = (code: ErrorCode): ExitCode => byErrorCode[code] ?? 1;
