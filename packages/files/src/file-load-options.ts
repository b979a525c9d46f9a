import { z } from 'zod';
import { formatNames } from './format.js';
import { compressions } from './source-file.js';

/** Options of CSV and TSV for writing. */
export const csvWriteOptions = {
  delimiter: z
    .string()
    .regex(/^[\x01-\x7f]$/, 'one ASCII character')
    .optional()
    .describe('Character between two cells; a comma, for TSV a tab'),
  quote: z
    .enum(['needed', 'always'])
    .default('needed')
    .describe('needed: only cells that could be misread are quoted; always: all but nulls'),
  header: z.boolean().default(true).describe('Whether the first row names the columns'),
  newline: z.enum(['lf', 'crlf']).default('lf').describe('What ends a row'),
  null: z.string().default('').describe('Text that stands, unquoted, for null; an empty text is always quoted, so that the two stay apart'),
  bom: z.boolean().default(false).describe('Begin the file with a byte order mark, which some versions of Excel need'),
  encoding: z.string().min(1).default('utf-8').describe('Encoding of the text; a row with characters that it lacks is rejected'),
};

/** What every connector whose target is files takes in a load. */
export const fileLoadOptions = z.strictObject({
  file: z.string().min(1).describe("Path of the file, from the connection's folder; folders are made"),
  format: z.enum(formatNames).optional().describe('What the file is to hold; told by its name when absent'),
  compression: z.enum(compressions).optional().describe('gzip for names that end in .gz, else none'),
  ...csvWriteOptions,
});

export type FileLoadOptions = z.infer<typeof fileLoadOptions>;
export type CsvWriteOptions = Pick<FileLoadOptions, keyof typeof csvWriteOptions>;
