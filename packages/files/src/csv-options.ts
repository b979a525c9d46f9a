import { z } from 'zod';

const oneByte = z.string().regex(/^[\x01-\x7f]$/, 'one ASCII character');

/** Options of CSV and TSV for reading. */
export const csvReadOptions = {
  delimiter: oneByte.optional().describe('Character between two cells; found out from the first rows when absent, tab for TSV'),
  quote: oneByte
    .or(z.literal('none'))
    .default('"')
    .describe('Character around cells that hold a delimiter or a line end; `none`: cells are never quoted'),
  header: z
    .union([z.boolean(), z.array(z.string().min(1)).min(1)])
    .default(true)
    .describe(
      'true: the first row names the columns; false: there is none, they are column1, column2, …; a list: the names, there is no header',
    ),
  encoding: z.string().min(1).optional().describe('Encoding of the text; utf-8 unless a byte order mark says otherwise'),
  comment: oneByte.optional().describe('Lines that begin with this character are left out'),
  skip: z.int().min(0).default(0).describe('Lines before the header, or before the first row, that are left out'),
  null: z
    .union([z.string(), z.array(z.string())])
    .default('')
    .transform((texts) => (typeof texts === 'string' ? [texts] : texts))
    .describe(
      'Unquoted texts that mean null; replaces the default, the empty text. In columns that hold no text an empty cell is always null',
    ),
};

export const csvReadSchema = z.object(csvReadOptions);
export type CsvReadOptions = z.infer<typeof csvReadSchema>;
