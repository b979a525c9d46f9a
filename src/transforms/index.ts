export { bindSteps, type StepWish } from './bind-steps.js';
export { planStages } from './plan-stages.js';
export { steps } from './steps.js';
export { streamTable, withNumbers } from './stream-table.js';
export * from './step.js';
