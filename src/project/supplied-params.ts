import { EtlError, type Connector } from '@etl/sdk';
import type { ParamValue } from '../transforms/step.js';
import { isCodeField } from './check-code-text.js';
import { knownKeys } from './known-keys.js';
import { sqlParameters } from './sql-parameters.js';

export interface RunValues {
  readonly params: ReadonlyMap<string, ParamValue>;
  /** When the run began: `:run_started`. */
  readonly started: string;
}

/**
 * The option `params` of an extract: the value of each `:name` in its SQL, for the connector to bind. Nothing where its SQL names none. Throws
 * CAPABILITY_MISSING where the connector cannot bind.
 */
export function suppliedParams(
  connector: Connector,
  options: { readonly [name: string]: unknown },
  { params, started }: RunValues,
): { readonly params?: { readonly [name: string]: string | null } } {
  const values = new Map([...[...params].map(([name, { value }]) => [name, value] as const), ['run_started', started] as const]);
  const sql = Object.entries(options).flatMap(([name, value]) => (isCodeField(name) && typeof value === 'string' ? [value] : []));
  const used = new Set(sql.flatMap(sqlParameters).map(({ name }) => name));
  const bound = [...used].flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? null] as const] : []));
  if (bound.length === 0) return {};
  if (!bindsParameters(connector))
    throw new EtlError('CAPABILITY_MISSING', `The connector ${connector.name} cannot bind parameters in its SQL`);
  return { params: Object.fromEntries(bound) };
}

/** Whether an extractor takes the values of `:name`. */
export const bindsParameters = ({ extractor }: Connector): boolean =>
  extractor !== undefined && knownKeys(extractor.options, []).includes('params');
