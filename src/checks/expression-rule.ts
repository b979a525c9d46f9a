import { requireCondition } from '../transforms/filter.js';
import type { ExpressionStep } from '../transforms/library-step.js';
import { rowExpression } from '../transforms/row-expression.js';
import type { BindContext } from '../transforms/step.js';
import { ruleReason, type RuleAbout } from './cell-rule.js';

/** A rule as a condition over the row: only false breaks it. */
export async function expressionRule(written: string, { name, input, onFail }: RuleAbout, context: BindContext): Promise<ExpressionStep> {
  const { type, ...expression } = await rowExpression(written, { input, what: 'check' }, context);
  requireCondition(type, 'check');
  const reason = ruleReason({ kind: 'expression', expression: written });
  return {
    work: 'expression',
    name,
    input,
    output: input,
    expression,
    effect: { kind: 'check', onFail: onFail === 'warn' ? 'warn' : 'reject', reason },
  };
}
