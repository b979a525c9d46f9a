import { z } from 'zod';

/** Options of a connection to files of this machine. */
export const fileConnectionOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .default('.')
    .describe('Folder that paths begin at, from the folder of the project; nothing outside it is read or written'),
});

export type FileConnectionOptions = z.infer<typeof fileConnectionOptions>;
