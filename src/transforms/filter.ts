import { EtlError, typeName, type FieldType } from '@etl/sdk';
import { z } from 'zod';
import { inputOf } from './input-columns.js';
import type { ExpressionStep } from './library-step.js';
import { rowExpression } from './row-expression.js';
import { shortText } from './short-text.js';
import type { StepDefinition } from './step.js';

const options = z
  .string()
  .min(1)
  .describe(
    'A condition over the columns of a row; rows for which it is true go on, rows for which it is false or null are counted as filtered',
  );

export const filter: StepDefinition<z.infer<typeof options>> = {
  name: 'filter',
  summary: 'Keeps the rows for which a condition is true; false and null are filtered and counted',
  example: 'filter: "total > 0 and country is not null"',
  options,
  creates: false,
  async bind(condition, context) {
    const input = inputOf(context, 'filter');
    const { type, ...expression } = await rowExpression(condition, { input, what: 'filter' }, context);
    requireCondition(type, 'filter');
    const step: ExpressionStep = {
      work: 'expression',
      name: `filter ${shortText(condition)}`,
      input,
      output: input,
      expression,
      effect: { kind: 'filter' },
    };
    return step;
  },
};

/** Refuses an expression that is neither true nor false. */
export function requireCondition(type: FieldType, what: string): void {
  if (type.kind !== 'boolean')
    throw new EtlError('CONFIG_INVALID', `${what}: the expression is ${typeName(type)}, not a condition`, {
      hint: 'Compare it with something, for example total > 0',
    });
}
