import { z } from 'zod';
import { datasetName } from './names.js';

const columnShape = z.strictObject({
  type: z.string().min(1),
  nullable: z.boolean().default(true),
  native: z.strictObject({ dialect: z.string().min(1), type: z.string().min(1) }).optional().describe("The source's own type, kept where the target speaks the same dialect"), // prettier-ignore
});

/** schemas.yaml: the columns of the extracts of a job. A column is `decimal(12,2)`, or `integer not null`, or a map with the source's own type. */
export const schemasFileShape = z.record(
  datasetName,
  z.strictObject({
    key: z.array(z.string().min(1)).default([]).describe('Columns that identify a row'),
    columns: z.record(z.string().min(1), z.union([z.string().min(1), columnShape])).describe('Columns in their order: name to type'),
  }),
);
