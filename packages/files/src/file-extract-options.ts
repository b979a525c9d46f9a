import { isEtlError, parseTypeName, type FieldType } from '@etl/sdk';
import { z } from 'zod';
import { csvReadOptions } from './csv-options.js';
import { changedPolicies } from './file-cursor.js';
import { formatNames } from './format.js';
import { jsonReadOptions } from './json-options.js';
import { compressions } from './source-file.js';

const fieldType = z.string().transform((name, context): FieldType => {
  try {
    return parseTypeName(name);
  } catch (error) {
    context.addIssue({ code: 'custom', message: isEtlError(error) ? `${error.message}. ${error.hint ?? ''}` : String(error) });
    return z.NEVER;
  }
});

/** What every connector whose source is files takes in an extract. */
export const fileExtractOptions = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe("Path or pattern of files, from the connection's folder: `orders.csv`, `in/*.csv.gz`, `logs/**/*.ndjson`"),
  format: z.enum(formatNames).optional().describe('What the files hold; told by their names when absent'),
  compression: z.enum(compressions).optional().describe('gzip for names that end in .gz, else none'),
  columns: z
    .union([z.array(z.string().min(1)).min(1), z.record(z.string().min(1), fieldType)])
    .optional()
    .describe(
      'A list: only these columns, in this order. A map: the types of these columns, such as `{zip: text}`; the others are found out',
    ),
  only: z
    .enum(['new', 'all'])
    .optional()
    .describe('new: files that no earlier run loaded, the default where a load appends; all: every file, each time'),
  changed: z
    .enum(changedPolicies)
    .default('refuse')
    .describe(
      'A file that was loaded already and now holds something else: refuse to run, reload all of it (its old rows stay in the target), or ignore it',
    ),
  ...csvReadOptions,
  ...jsonReadOptions,
});

export type FileExtractOptions = z.infer<typeof fileExtractOptions>;
