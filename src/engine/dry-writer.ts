import type { PartWriter } from '@etl/sdk';
import { placeOf, writerAt } from './at-target.js';
import type { EngineLoad } from './engine-job.js';
import { nullWriter } from './null-writer.js';
import type { PreparedRun } from './prepare-run.js';

/** Where the rows of a load go in a dry run: nowhere, or to what compares them with the target. */
export const dryWriter = ({ context }: Pick<PreparedRun, 'context'>, load: EngineLoad): PartWriter =>
  writerAt(placeOf(load), context.compare?.(load) ?? nullWriter());

/** Parts that a dry run writes side by side: a comparison takes the rows in source order. */
export const dryWidth = ({ context }: Pick<PreparedRun, 'context'>): number => (context.compare === undefined ? Infinity : 1);
