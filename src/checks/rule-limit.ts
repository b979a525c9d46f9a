import { EtlError } from '@etl/sdk';
import type { StepCounts } from '../transforms/step.js';
import type { OnFail, RuleOptions } from './rule-options.js';

/** How many rows may break a rule. */
export type RuleLimit = { readonly rows: number } | { readonly percent: number; readonly text: string } | null;

/** The limit of a rule; stop allows none. Throws CONFIG_INVALID where stop has a limit. */
export function ruleLimit({ on_fail, limit }: Pick<RuleOptions, 'on_fail' | 'limit'>, name: string): RuleLimit {
  if (on_fail === 'stop') {
    if (limit === undefined) return { rows: 0 };
    throw new EtlError('CONFIG_INVALID', `${name}: on_fail: stop allows no row, so it has no limit`, {
      hint: 'Use on_fail: reject or warn with the limit',
    });
  }
  if (limit === undefined) return null;
  if (typeof limit === 'number') return { rows: limit };
  return { percent: Number(limit.replace('%', '').trim()), text: limit };
}

/** The error that stops the job, or null. It names rule and numbers, never values. */
export function judgeRule(total: StepCounts, { name, limit, onFail }: { name: string; limit: RuleLimit; onFail: OnFail }): EtlError | null {
  const broken = total.rejected + total.warned;
  if (limit === null || broken === 0) return null;
  // In hundredths: 0.29 × 100 is less than 29
  if ('rows' in limit ? broken <= limit.rows : broken * 100 <= total.in * limit.percent) return null;
  const rows = `${broken.toLocaleString('en-US')} of ${total.in.toLocaleString('en-US')} row${total.in === 1 ? '' : 's'}`;
  const than = onFail === 'stop' ? '' : `, more than the limit of ${'rows' in limit ? limit.rows.toLocaleString('en-US') : limit.text}`;
  return new EtlError('CHECK_FAILED', `${name}: ${rows} break${broken === 1 ? 's' : ''} the rule${than}. Nothing was published`, {
    hint: onFail === 'warn' ? 'Correct the rows at their source, or raise the limit' : 'Look at the rows: etl rejects list',
    details: { rule: name, broken, rows: total.in },
  });
}
