import { z } from 'zod';

const column = (fallback: string, meaning: string): z.ZodDefault<z.ZodString> => z.string().min(1).default(fallback).describe(meaning);

const statements = (meaning: string): z.ZodDefault<z.ZodArray<z.ZodString>> => z.array(z.string().min(1)).default([]).describe(meaning);

const params = z.record(z.string(), z.string().nullable()).default({}).describe('Values of the parameters, as text');

export const loadOptions = z.strictObject({
  table: z.string().min(1).describe('Table to load; made when it is not there'),
  schema: z.string().min(1).optional().describe('Schema of the table; default: that of the connection'),
  staging: z
    .strictObject({ schema: z.string().min(1) })
    .optional()
    .describe('Schema for the tables that hold rows until they are published; default: that of the table'),
  missing: z
    .enum(['keep', 'delete', 'mark'])
    .default('keep')
    .describe('Rows of the table that the load does not bring (merge, history): keep them, delete them, or mark them with the time'),
  marked: column('deleted_at', 'Column with the time since which a row is missing (missing: mark)'),
  allow_empty: z.boolean().default(false).describe('Let missing: delete or mark work also when the load brings no row at all'),
  pre: statements('SQL run in the transaction of the publish, before its first change; parameters as :name'),
  post: statements('SQL run in the transaction of the publish, behind its last change; parameters as :name'),
  params,
  history: z
    .strictObject({
      valid_from: column('valid_from', 'Column with the time from which a version holds'),
      valid_to: column('valid_to', 'Column with the time at which a version ended; empty for the current one'),
      is_current: column('is_current', 'Column that is true for the current version'),
    })
    .prefault({})
    .describe('Names of the columns that mode history adds'),
});

/** A load that is only statements. */
export const statementsOptions = z.strictObject({
  statements: z.array(z.string().min(1)).min(1).describe('SQL run in order, in one transaction, once for a run; parameters as :name'),
  params,
});

export type StatementsOptions = z.infer<typeof statementsOptions>;
export type LoadOptions = z.infer<typeof loadOptions>;
