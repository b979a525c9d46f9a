import { EtlError, type Schema } from '@etl/sdk';
import { libraryStep, type RowStep } from './library-step.js';
import { rowStage } from './row-stage.js';
import type { BoundStep, Stage } from './step.js';

/** Sorts bound steps of one dataset into stages: row steps side by side are one stream, each step that needs all rows is a stage of its own. */
export function planStages(steps: readonly BoundStep[], input: Schema | null): Stage[] {
  const stages: Stage[] = [];
  let rows: RowStep[] = [];
  let current = input;
  const endRows = (): void => {
    if (rows.length === 0) return;
    const [first] = rows;
    if (current === null || first === undefined) throw new EtlError('INTERNAL', 'A row step without an input');
    const stage = rowStage(rows, current);
    stages.push(stage);
    current = stage.output;
    rows = [];
  };
  for (const bound of steps) {
    const step = libraryStep(bound);
    if (step.work !== 'table') {
      rows.push(step);
      continue;
    }
    endRows();
    stages.push({ kind: 'table', steps: [step], output: step.output, reads: step.reads, run: step.run });
    current = step.output;
  }
  endRows();
  return stages;
}
