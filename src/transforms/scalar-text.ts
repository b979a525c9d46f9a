import { z } from 'zod';

/** A value of a job file as the text it is written with: `01234` and `1.10` stay. */
export const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform(String);
