import type { ErrorCode, EtlError, Place } from '@etl/sdk';
import type { ExitCode } from './exit-codes.js';

/** The error as `--json` shows it. Never holds the value of a flag. */
export interface ErrorSummary {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly place: Place | null;
}

/** What every command prints with `--json` when it fails before it has a result. */
export interface ErrorDocument {
  readonly status: 'error';
  readonly exitCode: ExitCode;
  readonly error: ErrorSummary;
}

export const errorSummary = ({ code, message, hint, place }: EtlError): ErrorSummary => ({
  code,
  message,
  hint: hint ?? null,
  place: Object.keys(place).length === 0 ? null : place,
});

export const errorDocument = (error: EtlError, exitCode: ExitCode): ErrorDocument => ({
  status: 'error',
  exitCode,
  error: errorSummary(error),
});
