import type { Json, LoadDocument } from '@etl/sdk';
import { z } from 'zod';

export const jsonSchema: z.ZodType<Json> = z.json();

const count = z.number().int().nonnegative();

export const loadCountsSchema = z.object({
  in: count,
  inserted: count,
  updated: count,
  unchanged: count,
  skipped: count,
  deduplicated: count,
  rejected: count,
  deleted: count,
});

export const cursorsSchema = z.record(z.string(), jsonSchema);

/** The shape of a load's state in a file. */
export const loadDocumentSchema: z.ZodType<LoadDocument> = z.object({
  epoch: count,
  cursors: cursorsSchema,
  published: z.object({ run: z.string(), counts: loadCountsSchema, summary: jsonSchema }).nullable(),
  unfinished: z.object({ run: z.string(), fingerprint: z.string(), plan: jsonSchema, marks: z.record(z.string(), jsonSchema) }).nullable(),
  intent: jsonSchema,
});
