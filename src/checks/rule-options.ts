import { z } from 'zod';
import { scalarText } from '../transforms/scalar-text.js';

const bound = scalarText.optional();

const limit = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+(\.\d+)?\s*%$/, 'Write a number of rows or a share such as 1%')])
  .describe('Rows that may break the rule, a number or a share of the rows checked; one more stops the job before anything is published');

/** What happens to rows that break a rule. */
export const onFails = ['reject', 'warn', 'stop'] as const;
export type OnFail = (typeof onFails)[number];

export const ruleOptions = z.strictObject({
  field: z.string().min(1).optional().describe('Column that the rule is about'),
  not_null: z.literal(true).optional().describe('The column is never null'),
  unique: z
    .union([z.literal(true), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      'No two rows have the same value, or the same values of these columns; rows with a null are not compared. All rows of a value that is there twice break the rule',
    ),
  in: z.array(scalarText).min(1).optional().describe('The only values allowed'),
  min: bound.describe('Smallest value allowed, compared exactly by the type of the column'),
  max: bound.describe('Largest value allowed'),
  pattern: z
    .strictObject({
      matches: z.string().min(1).describe('Regular expression as in JavaScript, with Unicode; found anywhere unless ^ and $ say otherwise'),
    })
    .optional(),
  length: z
    .union([z.int().nonnegative(), z.strictObject({ min: z.int().nonnegative().optional(), max: z.int().nonnegative().optional() })])
    .optional()
    .describe('Characters of a text: exactly, or between min and max'),
  expression: z
    .string()
    .min(1)
    .optional()
    .describe('A condition over the columns of a row; only false breaks it, null does not, as with CHECK in SQL'),
  on_fail: z
    .enum(onFails)
    .default('stop')
    .describe(
      'reject: the row is kept aside and the others go on; warn: it goes on and is counted; stop: the job ends before anything is published',
    ),
  limit: limit.optional(),
});

export type RuleOptions = z.infer<typeof ruleOptions>;

export const checkRules = z
  .union([z.array(ruleOptions).min(1), ruleOptions])
  .describe('Rules, each a line of the balance. A null breaks only not_null: say both where a value must be there');
