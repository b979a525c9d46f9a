import { EtlError } from '@etl/sdk';
import type { RuleOptions } from './rule-options.js';

/** One thing that a rule demands. A rule that demands several is several lines of the balance. */
export type RuleCondition =
  | { readonly kind: 'not_null'; readonly field: string }
  | { readonly kind: 'unique'; readonly fields: readonly string[] }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly string[] }
  | { readonly kind: 'range'; readonly field: string; readonly min: string | null; readonly max: string | null }
  | { readonly kind: 'pattern'; readonly field: string; readonly matches: string }
  | { readonly kind: 'length'; readonly field: string; readonly min: number; readonly max: number | null }
  | { readonly kind: 'expression'; readonly expression: string };

/** What a rule demands, in the order in which it is checked. Throws CONFIG_INVALID where it demands nothing, or of no column. */
export function ruleConditions(rule: RuleOptions): RuleCondition[] {
  const { expression, unique } = rule;
  const conditions = rule.field === undefined ? [] : fieldConditions(rule.field, rule);
  if (Array.isArray(unique)) conditions.push({ kind: 'unique', fields: unique });
  else if (unique === true && rule.field !== undefined) conditions.push({ kind: 'unique', fields: [rule.field] });
  if (expression !== undefined) conditions.push({ kind: 'expression', expression });
  const needsField = ['not_null', 'in', 'min', 'max', 'pattern', 'length'].find(
    (name) => rule.field === undefined && name in rule && rule[name as keyof RuleOptions] !== undefined,
  );
  if (needsField !== undefined || (unique === true && rule.field === undefined))
    throw new EtlError('CONFIG_INVALID', `The rule with ${needsField ?? 'unique'} names no field`, {
      hint: `For example { field: id, ${needsField ?? 'unique'}: … }`,
    });
  if (conditions.length === 0)
    throw new EtlError('CONFIG_INVALID', `The rule${rule.field === undefined ? '' : ` on ${rule.field}`} demands nothing`, {
      hint: 'Say not_null, unique, in, min, max, pattern, length or expression',
    });
  return conditions;
}

function fieldConditions(field: string, { not_null, in: values, min, max, pattern, length }: RuleOptions): RuleCondition[] {
  const conditions: RuleCondition[] = [];
  if (not_null === true) conditions.push({ kind: 'not_null', field });
  if (values !== undefined) conditions.push({ kind: 'in', field, values });
  if (min !== undefined || max !== undefined) conditions.push({ kind: 'range', field, min: min ?? null, max: max ?? null });
  if (pattern !== undefined) conditions.push({ kind: 'pattern', field, matches: pattern.matches });
  if (typeof length === 'number') conditions.push({ kind: 'length', field, min: length, max: length });
  else if (length !== undefined) conditions.push({ kind: 'length', field, min: length.min ?? 0, max: length.max ?? null });
  return conditions;
}

/** How the balance names a condition, such as `check country in (DE, FR)`. */
export function conditionName(condition: RuleCondition): string {
  switch (condition.kind) {
    case 'not_null':
      return `check ${condition.field} not null`;
    case 'unique':
      return `check ${condition.fields.join(', ')} unique`;
    case 'in':
      return `check ${condition.field} in (${listed(condition.values)})`;
    case 'range':
      return `check ${rangeText(condition)}`;
    case 'pattern':
      return `check ${condition.field} matches ${short(condition.matches)}`;
    case 'length':
      return `check length of ${condition.field} ${lengthText(condition)}`;
    case 'expression':
      return `check ${short(condition.expression.trim().replaceAll(/\s+/g, ' '))}`;
  }
}

const listed = (values: readonly string[]): string =>
  values.length <= 5 ? values.join(', ') : `${values.slice(0, 4).join(', ')}, … ${values.length} values`;
const short = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59)}…`);
const lengthText = ({ min, max }: { min: number; max: number | null }): string =>
  max === null ? `>= ${min}` : min === max ? `= ${min}` : min === 0 ? `<= ${max}` : `${min} to ${max}`;

function rangeText({ field, min, max }: Extract<RuleCondition, { kind: 'range' }>): string {
  if (min !== null && max !== null) return `${field} between ${min} and ${max}`;
  return min === null ? `${field} <= ${max ?? ''}` : `${field} >= ${min}`;
}
