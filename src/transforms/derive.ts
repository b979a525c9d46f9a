import { EtlError, type Field, type Schema } from '@etl/sdk';
import { z } from 'zod';
import { inputOf, refuseSameNames } from './input-columns.js';
import type { ExpressionStep } from './library-step.js';
import { rowExpression } from './row-expression.js';
import type { BindContext, BoundStep } from './step.js';
import { stepDefinition } from './several-steps.js';

const options = z
  .record(z.string().min(1), z.string().min(1))
  .describe('Column to expression, one after another: an expression sees the columns made before it. A column that is there is replaced');

export const derive = stepDefinition<z.infer<typeof options>>({
  name: 'derive',
  summary: 'Makes columns from expressions of SQL over the row; a row whose expression fails is rejected',
  example: 'derive: { total_eur: "cast(total * rate as decimal(12,2))" }',
  options,
  creates: false,
  async bindAll(columns, context) {
    const steps: BoundStep[] = [];
    let input = inputOf(context, 'derive');
    if (Object.keys(columns).length === 0) throw new EtlError('CONFIG_INVALID', 'derive names no column');
    for (const [column, written] of Object.entries(columns)) {
      const step = await bindColumn(column, written, { ...context, input });
      steps.push(step);
      input = step.output;
    }
    return steps;
  },
});

async function bindColumn(column: string, written: string, context: BindContext): Promise<ExpressionStep> {
  const what = `derive ${column}`;
  const input = inputOf(context, what);
  if (column.toLowerCase().startsWith('_etl_'))
    throw new EtlError('CONFIG_INVALID', `${what}: names that begin with _etl_ belong to etl`, { hint: 'Choose another name' });
  const { type, ...expression } = await rowExpression(written, { input, what }, context);
  return {
    work: 'expression',
    name: what,
    input,
    output: withColumn(input, { name: column, type, nullable: true }),
    expression,
    effect: { kind: 'derive', column },
  };
}

function withColumn(input: Schema, field: Field): Schema {
  const at = input.fields.findIndex(({ name }) => name === field.name);
  const fields = at < 0 ? [...input.fields, field] : input.fields.with(at, field);
  refuseSameNames(
    fields.map(({ name }) => name),
    'derive',
  );
  return { fields, key: input.key };
}
