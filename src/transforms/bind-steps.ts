import { EtlError, isEtlError, parseOptions, suggestion, type Place } from '@etl/sdk';
import { bindDefinition } from './several-steps.js';
import type { BindContext, BoundStep, StepDefinition } from './step.js';
import { steps } from './steps.js';

/** One operation as a job file says it. */
export interface StepWish {
  readonly name: string;
  readonly options: unknown;
  readonly place: Place;
}

/** Binds one entry of a job: one step, or several where each is a line of the balance (rules of a check, columns of derive). Throws CONFIG_INVALID with the place of the entry. */
export async function bindSteps(entry: StepWish, context: BindContext): Promise<readonly BoundStep[]> {
  try {
    const definition = stepNamed(entry.name);
    const options: unknown = parseOptions(definition.options, entry.options, entry.name);
    return await bindDefinition(definition, options, context);
  } catch (error) {
    throw isEtlError(error) ? error.at({ ...entry.place, step: entry.name }) : error;
  }
}

function stepNamed(name: string): StepDefinition {
  const definition = steps.get(name);
  if (definition !== undefined) return definition;
  const hint = suggestion(name, steps.keys(), { what: 'Steps are' });
  throw new EtlError('CONFIG_INVALID', `There is no step ${name}`, hint === undefined ? {} : { hint });
}
