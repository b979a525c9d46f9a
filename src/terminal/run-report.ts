import type { EtlError } from '@etl/sdk';
import type { RunRecord } from '../state/run-record.js';
import { errorSummary, type ErrorSummary } from './error-document.js';
import { exitCodeOf, type ExitCode } from './exit-codes.js';

/** One run as `etl run --json` shows it. */
export type ReportedRun = Pick<RunRecord, 'job' | 'datasets' | 'loads' | 'cursors' | 'warnings'> & {
  /** Null: the run could not begin. */
  readonly id: string | null;
  readonly status: 'done' | 'failed' | 'interrupted' | 'refused';
  readonly environment: string | null;
  readonly started: string | null;
  readonly finished: string | null;
  readonly error: ErrorSummary | null;
};

/** What `etl run --json` prints. */
export interface RunReport {
  readonly status: 'done' | 'failed' | 'interrupted';
  readonly exitCode: ExitCode;
  readonly runs: readonly ReportedRun[];
}

export type ReportedOutcome = { readonly job: string; readonly record: RunRecord } | { readonly job: string; readonly refused: EtlError };

export interface ReportOptions {
  /** `--fail-on-reject` */
  readonly failOnReject: boolean;
  /** The exit code of the signal that stopped the command. */
  readonly interruptedWith: ExitCode | null;
}

/** The outcome of several runs as one document and one exit code: the one that all failures share, else 1. */
export function runReport(outcomes: readonly ReportedOutcome[], { failOnReject, interruptedWith }: ReportOptions): RunReport {
  const runs = outcomes.map(reportedRun);
  const codes = [...new Set(runs.map((run) => runExitCode(run, failOnReject)).filter((code) => code !== 0))];
  const exitCode = interruptedWith ?? (codes.length > 1 ? 1 : (codes[0] ?? 0));
  const interrupted = interruptedWith !== null || runs.some(({ status }) => status === 'interrupted');
  return { status: interrupted ? 'interrupted' : exitCode === 0 || exitCode === 6 ? 'done' : 'failed', exitCode, runs };
}

function reportedRun(outcome: ReportedOutcome): ReportedRun {
  if ('refused' in outcome) {
    const nothing = { environment: null, started: null, finished: null, datasets: {}, loads: [], cursors: {}, warnings: [] };
    return { id: null, job: outcome.job, status: 'refused', ...nothing, error: errorSummary(outcome.refused) };
  }
  const { id, job, status, environment, started, finished, datasets, loads, cursors, warnings, error } = outcome.record;
  const place = error === null || Object.keys(error.place).length === 0 ? null : error.place;
  return {
    id, job, status: status === 'running' ? 'interrupted' : status,
    environment, started, finished, datasets, loads, cursors, warnings,
    error: error && { code: error.code, message: error.message, hint: error.hint, place },
  }; // prettier-ignore
}

function runExitCode({ status, error, datasets, loads }: ReportedRun, failOnReject: boolean): ExitCode {
  if (status === 'done') return failOnReject && rejectedRows({ datasets, loads }) > 0 ? 6 : 0;
  if (status === 'interrupted') return 130;
  return error === null ? 1 : exitCodeOf(error.code);
}

/** Rows that were put aside in a run, wherever it happened. */
export const rejectedRows = ({ datasets, loads }: Pick<RunRecord, 'datasets' | 'loads'>): number =>
  [...Object.values(datasets).flatMap(({ steps }) => steps), ...loads].reduce((sum, { rejected }) => sum + rejected, 0);
