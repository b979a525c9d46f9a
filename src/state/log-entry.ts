import type { Json } from '@etl/sdk';
import { z } from 'zod';
import { jsonSchema } from './load-document.js';
import { logLevels, type LogLevel } from './open-log.js';

/** One line of a log. */
export interface LogEntry {
  readonly level: LogLevel;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly msg: string;
  /** All else that the line says. */
  readonly facts: { readonly [name: string]: Json };
}

const schema = z.object({ level: z.enum(logLevels), time: z.string(), msg: z.string() }).catchall(jsonSchema);

/** Null for a line that is no log entry: a torn one, or one that someone else wrote. */
export function parseLogEntry(line: string): LogEntry | null {
  try {
    const { level, time, msg, ...facts } = schema.parse(JSON.parse(line));
    return { level, time, msg, facts };
  } catch {
    return null;
  }
}

/** Whether an entry is at least as grave as asked for. */
export const reaches = (level: LogLevel, least: LogLevel): boolean => logLevels.indexOf(level) >= logLevels.indexOf(least);
