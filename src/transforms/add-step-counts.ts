import type { StepCounts } from './step.js';

/** Counts of the same steps, together; none yet counts as zeros. */
export const addStepCounts = (total: readonly StepCounts[], more: readonly StepCounts[]): readonly StepCounts[] =>
  total.length === 0
    ? more
    : total.map((count, at) => {
        const other = more[at] ?? { ...count, in: 0, out: 0, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 };
        return {
          step: count.step,
          in: count.in + other.in,
          out: count.out + other.out,
          filtered: count.filtered + other.filtered,
          deduplicated: count.deduplicated + other.deduplicated,
          rejected: count.rejected + other.rejected,
          warned: count.warned + other.warned,
        };
      });
