import { EtlError } from '@etl/sdk';
import type { Limits } from '../project/job.js';
import { addStep } from './lane-counts.js';
import type { Ledger } from './ledger.js';
import type { BoundJob } from './bind-job.js';

/** Judges the whole run before anything is published. Throws CHECK_FAILED or LIMIT_EXCEEDED. */
export function judgeRun(bound: BoundJob, ledger: Ledger, limits: Limits): void {
  judgeSteps(bound, ledger);
  const { rejects } = limits;
  if (rejects === null) return;
  const { rejected, read } = ledger;
  const allowed = 'rows' in rejects ? rejects.rows : rejects.share * read;
  if (rejected <= allowed) return;
  const limit = 'rows' in rejects ? `${rejects.rows}` : `${rejects.share * 100}% of ${read} rows read`;
  throw new EtlError('LIMIT_EXCEEDED', `${rejected} rows were rejected, more than the limit of ${limit}`, {
    hint: 'Nothing was loaded. See the rows and reasons with: etl rejects list',
    details: { rejected, read },
  });
}

function judgeSteps(bound: BoundJob, ledger: Ledger): void {
  const stages = [
    ...bound.lanes.flatMap(({ extract, stages: own }) => own.map((stage) => ({ dataset: extract.dataset, stage }))),
    ...bound.operations.map(({ dataset, stage }) => ({ dataset, stage })),
    ...bound.spoolLoads.flatMap(({ load, stages: own }) => own.map((stage) => ({ dataset: load.dataset, stage }))),
  ];
  for (const { dataset, stage } of stages)
    for (const step of stage.steps) {
      const counts = ledger.steps(dataset).filter((candidate) => candidate.step === step.name);
      const [first, ...others] = counts;
      if (first === undefined || step.judge === undefined) continue;
      const error = step.judge(others.reduce(addStep, first));
      if (error !== null) throw error.at({ dataset, step: step.name });
    }
}
