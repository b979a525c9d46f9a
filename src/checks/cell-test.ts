import { charactersOf, EtlError, exactCast, typeName, type Field } from '@etl/sdk';
import type { RuleCondition } from './rule-condition.js';
import { valueKey, valueOrder } from './value-order.js';

/** Conditions that look at one cell. */
export type CellCondition = Exclude<RuleCondition, { kind: 'unique' | 'expression' | 'not_null' }>;

/** Whether a cell that is not null keeps the condition. */
export type CellTest = (bytes: Buffer, from: number, to: number) => boolean;

/** Throws CONFIG_INVALID where values of the rule are not of the column's type, or the type has no such rule. */
export function cellTest(condition: CellCondition, field: Field): CellTest {
  switch (condition.kind) {
    case 'in':
      return inTest(condition.values, field);
    case 'range':
      return rangeTest(condition, field);
    case 'pattern':
      return patternTest(condition.matches, field);
    case 'length':
      return lengthTest(condition, field);
  }
}

/** A value of the rule in the canonical text of the column. */
function ruleValue(text: string, { name, type }: Field, rule: string): string {
  const result = exactCast(type)(text);
  if ('text' in result) return result.text;
  throw new EtlError('CONFIG_INVALID', `check ${name}: ${rule} ${text} ${result.reason} (${name} is ${typeName(type)})`, {
    hint: 'Write values as the type of the column, or cast the column first',
  });
}

const refuse = ({ name, type }: Field, rule: string): EtlError =>
  new EtlError('CONFIG_INVALID', `check ${name}: ${typeName(type)} has no ${rule}`, {
    hint: 'Use an expression, or cast the column first',
  });

function inTest(values: readonly string[], field: Field): CellTest {
  if (field.type.kind === 'bytes' || field.type.kind === 'json') throw refuse(field, 'list of values');
  const key = valueKey(field.type);
  const allowed = new Set(values.map((value) => key(ruleValue(value, field, 'in:'))));
  return (bytes, from, to) => allowed.has(key(bytes.toString('utf8', from, to)));
}

function rangeTest({ min, max }: { min: string | null; max: string | null }, field: Field): CellTest {
  const compare = valueOrder(field.type);
  if (compare === null) throw refuse(field, 'order, so no min and max');
  const low = min === null ? null : ruleValue(min, field, 'min');
  const high = max === null ? null : ruleValue(max, field, 'max');
  if (low !== null && high !== null && !(compare(low, high) <= 0))
    throw new EtlError('CONFIG_INVALID', `check ${field.name}: min is greater than max`);
  return (bytes, from, to) => {
    const text = bytes.toString('utf8', from, to);
    return (low === null || compare(text, low) >= 0) && (high === null || compare(text, high) <= 0);
  };
}

function patternTest(matches: string, field: Field): CellTest {
  if (field.type.kind === 'bytes') throw refuse(field, 'pattern');
  const pattern = compile(matches, field);
  return (bytes, from, to) => pattern.test(bytes.toString('utf8', from, to));
}

function compile(matches: string, { name }: Field): RegExp {
  try {
    return new RegExp(matches, 'u');
  } catch (cause) {
    throw new EtlError(
      'CONFIG_INVALID',
      `check ${name}: '${matches}' is not a regular expression: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function lengthTest({ min, max }: { min: number; max: number | null }, field: Field): CellTest {
  if (field.type.kind !== 'text') throw refuse(field, 'length');
  if (max !== null && min > max)
    throw new EtlError('CONFIG_INVALID', `check ${field.name}: the smallest length is greater than the largest`);
  return (bytes, from, to) => {
    const bytesLong = to - from;
    if (bytesLong < min) return false;
    if (max !== null && bytesLong <= max && min === 0) return true;
    const length = charactersOf(bytes, from, to);
    return length >= min && (max === null || length <= max);
  };
}
