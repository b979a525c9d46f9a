import { EtlError } from '@etl/sdk';
import type { BindContext, BoundStep, StepDefinition } from './step.js';

/** An operation that is several steps, each a line of the balance, such as the rules of a check. */
export interface SeveralSteps<O> extends Omit<StepDefinition<O>, 'bind'> {
  bindAll(options: O, context: BindContext): Promise<readonly BoundStep[]>;
}

/** The same as a step definition; `bind` takes options that are one step only. */
export function stepDefinition<O>(definition: SeveralSteps<O>): StepDefinition<O> & SeveralSteps<O> {
  return {
    ...definition,
    async bind(options, context) {
      const [step, ...more] = await definition.bindAll(options, context);
      if (step === undefined || more.length > 0)
        throw new EtlError('INTERNAL', `${definition.name} is ${more.length + 1} steps here: bind it with bindSteps`);
      return step;
    },
  };
}

/** All steps of an operation. */
export async function bindDefinition<O>(
  definition: StepDefinition<O> & Partial<SeveralSteps<O>>,
  options: O,
  context: BindContext,
): Promise<readonly BoundStep[]> {
  return definition.bindAll === undefined ? [await definition.bind(options, context)] : definition.bindAll(options, context);
}
