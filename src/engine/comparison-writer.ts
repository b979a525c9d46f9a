import type { Comparison, PartWriter } from '@etl/sdk';
import type { EngineLoad } from './engine-job.js';
import { nullWriter } from './null-writer.js';

/** Writers that hand the rows of a dry run to the comparisons of their loads, by name; loads without one only count. */
export const comparisonWriter =
  (comparisons: ReadonlyMap<string, Comparison>) =>
  ({ name }: EngineLoad): PartWriter => {
    const comparison = comparisons.get(name);
    return comparison === undefined ? nullWriter() : { ...nullWriter(), write: (batch) => comparison.write(batch) };
  };
