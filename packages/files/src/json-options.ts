import { z } from 'zod';

/** What becomes of a record with a key that is no column. */
export const extraPolicies = ['stop', 'reject', 'ignore'] as const;
export type ExtraPolicy = (typeof extraPolicies)[number];

/** Options of JSON and NDJSON for reading. */
export const jsonReadOptions = {
  records: z
    .union([z.string().min(1), z.array(z.string())])
    .default([])
    .transform((path) => (typeof path === 'string' ? path.split('.') : path))
    .describe('Where the array of records is in a JSON document, such as `data.items`; absent: the document is the array'),
  extra: z
    .enum(extraPolicies)
    .default('stop')
    .describe('A record with a key that is no column: stop the run, reject the record, or ignore the key (its values are then lost)'),
};

export const jsonReadSchema = z.object(jsonReadOptions);
export type JsonReadOptions = z.infer<typeof jsonReadSchema>;
