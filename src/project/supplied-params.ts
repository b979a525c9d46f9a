import { EtlError } from '@etl/sdk';
import type { z } from 'zod';
import type { ParamValue } from '../transforms/step.js';
import { isCodeField } from './check-code-text.js';
import { knownKeys } from './known-keys.js';
import { sqlParameters } from './sql-parameters.js';

/** A connector, and the schema of those of its options that are filled in. */
export interface ParameterTaker {
  readonly name: string;
  readonly schema: z.ZodType | undefined;
}

export interface RunValues {
  readonly params: ReadonlyMap<string, ParamValue>;
  /** When the run began: `:run_started`. */
  readonly started: string;
}

/**
 * The option `params` of an extract or load: the value of each `:name` in its SQL, for the connector to bind. Nothing where its SQL names none. Throws
 * CAPABILITY_MISSING where the connector cannot bind.
 */
export function suppliedParams(
  { name: connector, schema }: ParameterTaker,
  options: { readonly [name: string]: unknown },
  { params, started }: RunValues,
): { readonly params?: { readonly [name: string]: string | null } } {
  const values = new Map([...[...params].map(([name, { value }]) => [name, value] as const), ['run_started', started] as const]);
  const sql = Object.entries(options)
    .flatMap(([name, value]) => (isCodeField(name) ? [value].flat() : []))
    .filter((value) => typeof value === 'string');
  const used = new Set(sql.flatMap(sqlParameters).map(({ name }) => name));
  const bound = [...used].flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? null] as const] : []));
  if (bound.length === 0) return {};
  if (!bindsParameters(schema)) throw new EtlError('CAPABILITY_MISSING', `The connector ${connector} cannot bind parameters in its SQL`);
  return { params: Object.fromEntries(bound) };
}

/** Whether options of this schema take the values of `:name`. */
export const bindsParameters = (schema: z.ZodType | undefined): boolean => schema !== undefined && knownKeys(schema, []).includes('params');
