import type { Schema } from '@etl/sdk';
import { warned, type CellFrame, type Verdict } from '../transforms/cell-frame.js';
import { fieldAt } from '../transforms/input-columns.js';
import type { CellStep } from '../transforms/library-step.js';
import { cellTest, type CellTest } from './cell-test.js';
import { conditionName, type RuleCondition } from './rule-condition.js';
import type { OnFail } from './rule-options.js';

/** What every rule has. */
export interface RuleAbout {
  readonly name: string;
  readonly input: Schema;
  readonly onFail: OnFail;
}

/** A rule on the cells of one column, without decoding another. */
export function cellRule(
  condition: Exclude<RuleCondition, { kind: 'unique' | 'expression' }>,
  { name, input, onFail }: RuleAbout,
): CellStep {
  const { at, field } = fieldAt(input, condition.field, 'check');
  const nullBreaks = condition.kind === 'not_null';
  const test: CellTest = condition.kind === 'not_null' ? () => true : cellTest(condition, field);
  const broken: Verdict =
    onFail === 'warn' ? warned : { kind: 'rejected', reason: ruleReason(condition), field: field.name, code: 'CHECK_FAILED' };
  return {
    work: 'cells',
    name,
    input,
    output: input,
    open: () => (frame) => testColumn(frame, { name, input }, { at, nullBreaks, test, broken }),
  };
}

function testColumn(
  frame: CellFrame,
  step: { readonly name: string; readonly input: Schema },
  { at, nullBreaks, test, broken }: { at: number; nullBreaks: boolean; test: CellTest; broken: Verdict },
): void {
  const { index, offset, step: stride } = frame.column(at);
  const { bytes, base } = frame;
  frame.sweep(step, (row) => {
    const place = offset + row * stride;
    const from = index[place] ?? -1;
    if (from < 0) return nullBreaks ? broken : null;
    const to = index[place + 1] ?? from;
    const isKept = from < base ? test(bytes, from, to) : test(frame.patch.bytes, from - base, to - base);
    return isKept ? null : broken;
  });
}

/** Why a row was refused: the rule as a sentence, without the value. */
export function ruleReason(condition: RuleCondition): string {
  switch (condition.kind) {
    case 'not_null':
      return `${condition.field} is null`;
    case 'unique':
      return `${condition.fields.join(', ')} is there more than once`;
    case 'in':
      return `${condition.field} is none of the values allowed`;
    default:
      return `breaks the rule: ${conditionName(condition).replace(/^check /, '')}`;
  }
}
