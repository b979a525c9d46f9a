import { EtlError, suggestion, typeName } from '@etl/sdk';
import type { ParamValue } from '../transforms/step.js';
import type { Job } from './job.js';
import { canonicalText, paramHint } from './read-params.js';

export interface ParamOptions {
  /** Further jobs of the same command: a parameter that one of them has is no mistake here. */
  readonly others?: readonly Pick<Job, 'params'>[];
}

/** The parameters of a job from what was given and its defaults, each checked exactly against its type. Throws USAGE for what is unknown, missing or no value of its type. */
export function resolveParams(
  job: Pick<Job, 'name' | 'params'>,
  given: ReadonlyMap<string, string>,
  { others = [] }: ParamOptions = {},
): ReadonlyMap<string, ParamValue> {
  const known = new Set([job, ...others].flatMap(({ params }) => [...params.keys()]));
  for (const name of given.keys()) {
    if (known.has(name)) continue;
    const hint = suggestion(name, known, { what: `Parameters of ${job.name}` }) ?? `The job ${job.name} has no parameters`;
    throw new EtlError('USAGE', `There is no parameter '${name}'`, { hint, place: { job: job.name } });
  }
  const values = new Map<string, ParamValue>();
  const missing: string[] = [];
  for (const [name, definition] of job.params) {
    const text = given.get(name);
    const { type } = definition;
    if (text !== undefined) values.set(name, { type, value: checked(name, text, { type, job: job.name }) });
    else if (definition.default !== undefined) values.set(name, { type, value: definition.default });
    else missing.push(name);
  }
  if (missing.length === 0) return values;
  const hint = `Give ${missing.length === 1 ? 'it' : 'them'}: ${missing.map((name) => `--param ${name}=${typeName(job.params.get(name)?.type ?? { kind: 'text' }).toUpperCase()}`).join(' ')}`;
  const message = `The job ${job.name} needs the parameter${missing.length === 1 ? '' : 's'} ${missing.join(', ')}`;
  throw new EtlError('USAGE', message, { hint, place: { job: job.name } });
}

/** Names and values of `name=value` texts. Throws USAGE for what is not that, or given twice. */
export function splitParams(given: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const text of given) {
    const at = text.indexOf('=');
    // Values may be confidential: only the name is shown
    if (at <= 0) throw new EtlError('USAGE', 'A parameter is given as name=value', { hint: '--param since=2026-01-31' });
    const name = text.slice(0, at).trim();
    if (texts.has(name)) throw new EtlError('USAGE', `The parameter '${name}' is given twice`, { hint: 'Give it once' });
    texts.set(name, text.slice(at + 1));
  }
  return texts;
}

function checked(name: string, text: string, { type, job }: { type: ParamValue['type']; job: string }): string {
  const value = canonicalText(type, text);
  if (typeof value === 'string') return value;
  throw new EtlError('USAGE', `The value of parameter ${name} ${value.reason}`, { hint: paramHint(type), place: { job } });
}
