import type { Reject, Schema } from '@etl/sdk';
import { z } from 'zod';

/** A refused row as it lies in the rejects of a run, one JSON line each. */
export interface RejectRecord {
  readonly run: string;
  readonly job: string;
  readonly dataset: string;
  readonly step: string;
  readonly reason: string;
  readonly code: string | null;
  readonly field: string | null;
  /** Where people find the row: a file and a line, a page. */
  readonly place: string | null;
  /** Number of the row in its part of the source. */
  readonly number: number | null;
  /** Column and cell, where the row has the shape of its dataset; else null. */
  readonly row: { readonly [column: string]: string | null } | null;
  /** The cells as met, where they do not fit the columns; else null. */
  readonly values: readonly (string | null)[] | null;
}

/** A row as the engine refuses it; `schema` is what its values follow, where they have that shape. */
export interface RejectedRow extends Reject {
  readonly step: string;
  readonly schema: Schema | null;
}

export interface RejectSource {
  readonly run: string;
  readonly job: string;
  readonly dataset: string;
}

export function rejectRecord(
  source: RejectSource,
  { step, reason, code, field, place, origin, values, schema }: RejectedRow,
): RejectRecord {
  const { run, job, dataset } = source;
  const shaped = schema !== null && schema.fields.length === values.length;
  return {
    run,
    job,
    dataset,
    step,
    reason,
    code: code ?? null,
    field: field ?? null,
    place: place ?? null,
    number: origin?.first ?? null,
    row: shaped ? Object.fromEntries(schema.fields.map(({ name }, index) => [name, values[index] ?? null])) : null,
    values: shaped ? null : values,
  };
}

const cell = z.string().nullable();

// Not `z.record`: a column may be called `__proto__`, which it drops.
const row = z.custom<{ readonly [column: string]: string | null }>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => each === null || typeof each === 'string'),
  'not a row',
);

export const rejectRecordSchema: z.ZodType<RejectRecord> = z.object({
  run: z.string(),
  job: z.string(),
  dataset: z.string(),
  step: z.string(),
  reason: z.string(),
  code: cell,
  field: cell,
  place: cell,
  number: z.number().nullable(),
  row: row.nullable(),
  values: z.array(cell).nullable(),
});
