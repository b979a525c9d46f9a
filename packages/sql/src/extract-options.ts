import { z } from 'zod';

const names = z.array(z.string().min(1)).min(1);

/** Options of an extract from any SQL database. */
export const sqlExtractOptions = z
  .strictObject({
    table: z.string().min(1).optional().describe('Table or view to read'),
    query: z.string().min(1).optional().describe('A SELECT instead of a table; parameters as :name'),
    schema: z.string().min(1).optional().describe('Schema of the table; default: that of the connection'),
    columns: names.optional().describe('Columns to read; default: all'),
    where: z.string().min(1).optional().describe('Condition on the rows, as SQL; parameters as :name'),
    params: z.record(z.string(), z.string().nullable()).default({}).describe('Values of the parameters, as text'),
    order_key: names.optional().describe('Columns that order the rows totally: an interrupted read continues instead of starting over'),
    cursor: z
      .strictObject({
        field: z.string().min(1),
        lag: z.number().nonnegative().nullable().optional().describe('Milliseconds'),
        settled: z.boolean().optional(),
      })
      .optional()
      .describe('Incremental: only rows behind the newest value that was published'),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), 'name either a table or a query')
  .refine(({ query, schema }) => query === undefined || schema === undefined, 'a schema belongs to a table, not to a query');

export type SqlExtractOptions = z.infer<typeof sqlExtractOptions>;
