import { stepDefinition } from '../transforms/several-steps.js';
import type { BindContext, BoundStep } from '../transforms/step.js';
import { inputOf } from '../transforms/input-columns.js';
import { cellRule } from './cell-rule.js';
import { expressionRule } from './expression-rule.js';
import { conditionName, ruleConditions, type RuleCondition } from './rule-condition.js';
import { judgeRule, ruleLimit } from './rule-limit.js';
import { checkRules, type OnFail, type RuleOptions } from './rule-options.js';
import { uniqueRule } from './unique-rule.js';

/** Rules on rows, each bound as a step of its own. */
export const check = stepDefinition({
  name: 'check',
  summary: 'Holds rows against rules: those that break one are rejected, counted as a warning, or stop the job',
  example:
    'check: [{ field: id, unique: true }, { field: country, in: [DE, FR], on_fail: reject }, { expression: "total >= 0", on_fail: warn, limit: 1% }]',
  options: checkRules,
  creates: false,
  async bindAll(rules, context): Promise<BoundStep[]> {
    const steps: BoundStep[] = [];
    for (const rule of Array.isArray(rules) ? rules : [rules])
      for (const condition of ruleConditions(rule)) steps.push(await bindCondition(condition, rule, context));
    return steps;
  },
});

async function bindCondition(condition: RuleCondition, rule: RuleOptions, context: BindContext): Promise<BoundStep> {
  const name = conditionName(condition);
  const input = inputOf(context, name);
  const onFail: OnFail = rule.on_fail;
  const limit = ruleLimit(rule, name);
  const about = { name, input, onFail };
  const judge: BoundStep['judge'] = (total) => judgeRule(total, { name, limit, onFail });
  switch (condition.kind) {
    case 'unique':
      return { ...uniqueRule(condition.fields, about, context), judge };
    case 'expression':
      return { ...(await expressionRule(condition.expression, about, context)), judge };
    default:
      return { ...cellRule(condition, about), judge };
  }
}
