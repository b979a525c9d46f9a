import { z } from 'zod';

export const connectionOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .refine((path) => path !== ':memory:', 'a database in memory ends with the run, so nothing would be kept: name a file')
    .describe('The database file, from the folder of etl.yaml; it is made when the first load begins'),
  read_only: z.boolean().default(false).describe('Open for reading only: loads are refused'),
  memory_limit: z
    .string()
    .regex(/^\d+(\.\d+)?\s*([KMGT]i?B)$/i, 'write a size such as 512MB or 2GB')
    .default('512MB')
    .describe('The most memory that DuckDB takes; what does not fit goes to disk'),
  schema: z.string().min(1).default('main').describe('Schema of tables that are named without one'),
});

export type ConnectionOptions = z.infer<typeof connectionOptions>;
