import type { Cursors, ErrorCode, LoadCounts, Place } from '@etl/sdk';
import { errorCodes } from '@etl/sdk';
import { z } from 'zod';
import { cursorsSchema, loadCountsSchema } from './load-document.js';

/** `interrupted`: stopped by a signal or killed; the next run of the job continues it. */
export const runStatuses = ['running', 'done', 'failed', 'interrupted'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** One line of the balance. Row steps: in = out + filtered + deduplicated + rejected; reshaping steps are not equated. */
export type StepCounts = {
  readonly step: string;
  readonly in: number;
  readonly out: number;
  readonly filtered: number;
  readonly deduplicated: number;
  readonly rejected: number;
  /** Rows that broke a rule with `on_fail: warn`; they went on. */
  readonly warned: number;
};

export interface RunError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly place: Place;
}

/** One run of one job, as `--json` of `etl run` and `etl runs` shows it and as the history keeps it. */
export interface RunRecord {
  readonly id: string;
  readonly job: string;
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Null while it runs, and for a run that was killed. */
  readonly finished: string | null;
  readonly environment: string | null;
  /** What started it: `manual`, `schedule`, `watch`. */
  readonly trigger: string;
  readonly params: { readonly [name: string]: string | null };
  readonly pid: number;
  readonly host: string;
  readonly datasets: { readonly [dataset: string]: { readonly steps: readonly StepCounts[] } };
  readonly loads: readonly ({ readonly id: string } & LoadCounts)[];
  /** Where the next run begins, by dataset. */
  readonly cursors: Cursors;
  readonly warnings: readonly string[];
  readonly error: RunError | null;
}

const count = z.number().int().nonnegative();
const steps = z.array(
  z.object({ step: z.string(), in: count, out: count, filtered: count, deduplicated: count, rejected: count, warned: count }),
);
const position = z.number().int().positive().exactOptional();
const text = z.string().exactOptional();
const place = z.object({ file: text, line: position, column: position, connection: text, job: text, dataset: text, step: text });
const code = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/** The shape of a record in a file. */
export const runRecordSchema: z.ZodType<RunRecord> = z.object({
  id: z.string().min(1),
  job: z.string().min(1),
  status: z.enum(runStatuses),
  started: z.iso.datetime(),
  finished: z.iso.datetime().nullable(),
  environment: z.string().nullable(),
  trigger: z.string(),
  params: z.record(z.string(), z.string().nullable()),
  pid: count,
  host: z.string(),
  datasets: z.record(z.string(), z.object({ steps })),
  loads: z.array(z.object({ id: z.string() }).extend(loadCountsSchema.shape)),
  cursors: cursorsSchema,
  warnings: z.array(z.string()),
  error: z.object({ code, message: z.string(), hint: z.string().nullable(), place }).nullable(),
});
