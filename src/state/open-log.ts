import { join } from 'node:path';
import { EtlError, type Json, type Logger } from '@etl/sdk';
import { pino } from 'pino';
import { fileError } from './file-error.js';
import type { Redactor } from './redactor.js';
import { RotatingFile } from './rotating-file.js';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface RunLog extends Logger {
  /** Closes the file and answers how many lines could not be written, with the first reason: a full disk must not hide the run's own error. */
  close(): { readonly lost: number; readonly reason: Error | null };
}

export interface LogRequest {
  readonly file: string;
  readonly redactor: Redactor;
  /** Facts of every line, such as run and job. */
  readonly facts?: { readonly [name: string]: Json };
  readonly level?: LogLevel;
  /** Bytes of one file, and how many older ones are kept. Default 20 MB and 3. */
  readonly rotation?: { readonly size: number; readonly keep: number };
}

/** The log of a run. */
export const logFile = (runFolder: string): string => join(runFolder, 'log.ndjson');

/** The level that ETL_LOG_LEVEL asks for; info where it is not set. Throws USAGE. */
export function logLevel(variables: NodeJS.ProcessEnv): LogLevel {
  const asked = variables['ETL_LOG_LEVEL']?.toLowerCase() ?? '';
  const level = logLevels.find((known) => known === asked);
  if (level !== undefined) return level;
  if (asked === '') return 'info';
  throw new EtlError('USAGE', `ETL_LOG_LEVEL is ${JSON.stringify(asked)}, which is no level`, {
    hint: `Use one of ${logLevels.join(', ')}`,
  });
}

/** Opens the log of a run: NDJSON, one line `{level, time, …facts, msg}`, written at once, with every registered secret hidden. */
export function openLog({ file, redactor, facts = {}, level = 'info', rotation = { size: 20 * 2 ** 20, keep: 3 } }: LogRequest): RunLog {
  const target = openTarget(file, rotation);
  let lost = 0;
  let reason: Error | null = null;
  const write = (line: string): void => {
    try {
      target.write(line);
    } catch (cause) {
      lost += 1;
      reason ??= fileError(cause, 'write', file);
    }
  };
  const base = redactor.json(facts) as { readonly [name: string]: Json };
  const options = { level, base, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } };
  const logger = pino(options, { write });
  const at =
    (which: LogLevel) =>
    (message: string, more: { readonly [name: string]: Json } = {}): void =>
      logger[which](redactor.json(ownNames(more)), redactor.text(message));
  const close = (): ReturnType<RunLog['close']> => {
    target.close();
    return { lost, reason };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), close };
}

/** Facts cannot stand in for what every line has. */
const ownNames = (facts: { readonly [name: string]: Json }): Json =>
  Object.fromEntries(Object.entries(facts).map(([name, fact]) => [['level', 'time', 'msg'].includes(name) ? `${name}_` : name, fact]));

function openTarget(file: string, rotation: LogRequest['rotation'] & object): RotatingFile {
  try {
    return new RotatingFile(file, rotation);
  } catch (cause) {
    throw fileError(cause, 'open', file);
  }
}
