import { errorCodes, exactCast, isEtlError, parseTypeName, typeName, type ErrorCode } from '@etl/sdk';
import { z } from 'zod';
import { datasetName } from './names.js';

/** Any value: its source text is what counts. Lists and maps are JSON. */
const givenCell = z.union([z.string(), z.null(), z.array(z.unknown()), z.record(z.string(), z.unknown())]);

const pattern = z.strictObject({
  matches: z.string().refine(isPattern, 'this is not a regular expression').describe('Regular expression that is found in the text'),
});

const givenRows = z.array(z.record(z.string().min(1), givenCell));
const expectedRows = z.array(z.record(z.string().min(1), z.union([z.string(), z.null(), pattern, z.array(z.unknown())])));

const typeText = z.string().transform((text, context): string => {
  try {
    return typeName(parseTypeName(text));
  } catch (error) {
    if (!isEtlError(error)) throw error;
    context.addIssue({ code: 'custom', message: `${error.message}; ${error.hint ?? ''}` });
    return z.NEVER;
  }
});

const moment = z.string().transform((text, context): Date => {
  const result = exactCast({ kind: 'timestamp', zoned: true, digits: 3 }, { zone: 'UTC' })(text);
  if ('text' in result) return new Date(result.text.replace(' ', 'T'));
  context.addIssue({ code: 'custom', message: `'${text}' ${result.reason}; it looks like this: 2026-01-31 06:00:00` });
  return z.NEVER;
});

const expectation = z.strictObject({
  rows: z.int().min(0).optional().describe('Exactly so many rows'),
  contain: expectedRows.optional().describe('Rows that are among them; columns that are not named do not matter'),
  equal: expectedRows.optional().describe('All rows, in any order'),
  schema: z.record(z.string(), typeText).optional().describe('Columns and their types'),
});

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

const testShape = z.strictObject({
  name: z.string().min(1).describe('What the job promises, as a sentence'),
  params: z.record(z.string(), z.string()).default({}),
  started: moment.optional().describe('When the run began; a fixed moment where it is left out'),
  given: z.record(datasetName, z.union([z.string().min(1), givenRows])).describe('For each extract: rows, or a file beside the job'),
  expect: z
    .object({
      rejects: expectation.optional().describe('Rejected rows'),
      error: z.enum(codes).optional().describe('The job is stopped by this error'),
    })
    .catchall(expectation)
    .describe('Datasets as they would be loaded'),
});

/** job.test.yaml */
export const testFileShape = z.strictObject({ tests: z.array(testShape) });

export type TestShape = z.infer<typeof testShape>;
export type ExpectationShape = z.infer<typeof expectation>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}
