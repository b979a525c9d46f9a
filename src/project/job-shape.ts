import { modes, schemaPolicies } from '@etl/sdk';
import { z } from 'zod';
import { durationOption } from './duration.js';
import { columnName, datasetName, jobName, loadName, paramName } from './names.js';
import { rejectLimit } from './reject-limit.js';

const cursorShape = z.strictObject({
  field: columnName.describe('Column whose newest published value is where the next run begins'),
  lag: durationOption.optional().describe('How late rows may be committed: read again on merge, held back on append'),
  settled: z.boolean().default(false).describe('The source never commits late: no lag is needed'),
});

const eachShape = z.strictObject({
  dataset: z.string().min(1).describe('Dataset whose rows bind the read; behind all of its steps'),
  distinct: z
    .array(columnName)
    .min(1)
    .describe('Its columns that are bound, in SQL as :name; each combination once, rows with an empty one are left out'),
  include: z.array(columnName).default([]).describe('Those of them that each row of the result carries, as its first columns'),
});

/** What the engine owns of an extract; the rest belongs to the connector. */
export const extractFields = {
  from: z.string().min(1).describe('Connection that is read'),
  cursor: cursorShape.optional().describe('Incremental: continues after the newest value that was published'),
  parallel: z.int().min(1).max(64).default(1).describe('Parts that are read side by side'),
  each: eachShape.optional().describe('The read depends on the rows of another dataset: as if it ran once for each'),
};

export const extractShape = z.looseObject(extractFields);

/** What the engine owns of a load; the rest belongs to the connector. */
export const loadFields = {
  id: loadName.optional().describe('Name of the load; the dataset where it is left out. State belongs to it'),
  dataset: z.string().min(1).optional().describe('Dataset that is loaded'),
  to: z.string().min(1).describe('Connection that is written'),
  mode: z.enum(modes).optional().describe('How rows meet what is already there'),
  key: z.array(columnName).default([]).describe('Columns that identify a row'),
  schema: z.enum(schemaPolicies).default('evolve').describe('When columns change: add them, stop, or leave them out'),
  order_by: z.array(columnName).default([]).describe('Order in which rows are written'),
  add: z.record(columnName, z.string()).default({}).describe('Columns added to each row, such as {run.id}'),
  after: z.array(loadName).default([]).describe('Loads that are published before this one'),
};

/** A load names a dataset and a mode, or is only `statements`: reading its entry tells which, and what is missing then. */
export const loadShape = z.looseObject(loadFields);

/** What the engine owns of a load that is only statements. */
export const statementsFields = { id: loadFields.id, to: loadFields.to, after: loadFields.after };

/** The option of a connector by which such a load is known. */
export const statementsField = 'statements';

export const paramShape = z.strictObject({
  type: z.string().min(1).describe('Type such as date, integer or decimal(12,2)'),
  default: z.string().nullable().optional().describe('Used where the parameter is not given; without it the parameter is required'),
  description: z.string().optional(),
});

/** job.yaml by shape; steps, checks and the connectors' options are read by their own schemas. */
export const jobFileShape = z.strictObject({
  name: jobName.optional().describe('Name of the job: that of its folder'),
  description: z.string().optional(),
  schedule: z.string().optional().describe('Cron expression, for schedulers'),
  tags: z.array(z.string().min(1)).default([]),
  params: z.record(paramName, paramShape).default({}).describe('Typed parameters: etl run JOB --param name=value'),
  extract: z.record(datasetName, extractShape).default({}).describe('Each entry makes a dataset'),
  transform: z.array(z.unknown()).default([]).describe('Steps, in order'),
  check: z.record(z.string(), z.unknown()).default({}).describe('Rules on datasets as they are loaded'),
  limits: z.strictObject({ rejects: rejectLimit.optional() }).default({}).describe('Judged before anything is published'),
  load: z.array(loadShape).default([]).describe('What becomes of the datasets'),
});

export type JobFile = z.infer<typeof jobFileShape>;
