import type { Session } from '@etl/columnar';
import { EtlError } from '@etl/sdk';

/** What DuckDB knows of its functions. */
export interface FunctionFacts {
  readonly aggregates: ReadonlySet<string>;
  /** Answers of these change from run to run. */
  readonly unsteady: ReadonlySet<string>;
}

const facts = new WeakMap<Session, Promise<FunctionFacts>>();

/** The functions of the session's DuckDB, asked for once per session. */
export function functionFacts(session: Session): Promise<FunctionFacts> {
  const known = facts.get(session) ?? askFacts(session);
  facts.set(session, known);
  return known;
}

async function askFacts(session: Session): Promise<FunctionFacts> {
  const rows = await session.rows(
    `select distinct function_name as name, function_type = 'aggregate' as aggregate from duckdb_functions() where function_type = 'aggregate' or stability in ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')`,
  );
  const names = (aggregate: boolean): string[] => rows.filter((row) => row['aggregate'] === aggregate).map(({ name }) => String(name));
  return { aggregates: new Set(names(true)), unsteady: new Set([...names(false).filter((name) => name !== 'error'), ...unsteadyMacros]) };
}

/** Macros over unsteady functions and over the session, which DuckDB does not mark. */
const unsteadyMacros = ['ago', 'current_catalog', 'current_database', 'current_query', 'current_role', 'current_schema', 'current_schemas', 'current_user', 'session_user', 'user', 'pg_conf_load_time', 'pg_postmaster_start_time', 'pg_sleep', 'current_setting', 'getvariable', 'getenv', 'stats'] as const; // prettier-ignore

/** Words that SQL reads as a clock or a session where no column has the name. */
export const unsteadyWords: ReadonlySet<string> = new Set([
  'current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp', 'get_current_time', 'get_current_timestamp', 'current_catalog', 'current_database', 'current_role', 'current_schema', 'current_user', 'session_user', 'user',
]); // prettier-ignore

const clocks = /date|time|now|today|ago/;
const randoms = /random|uuid|seed/;

/** Why a function whose answer changes from run to run may not be used, and what may. */
export function unsteadyError(found: string): EtlError {
  const name = found.toLowerCase().replace(/^get_current_/, 'current_');
  const [why, hint] = clocks.test(name)
    ? ['reads the clock', 'Use :run_started, the time at which the run began: it stays the same when a run is continued']
    : randoms.test(name)
      ? ['gives another answer each time', 'Make values from columns instead, for example md5(id)']
      : ['depends on the session and not on the data', 'Use columns and parameters'];
  return new EtlError('CONFIG_INVALID', `${name} ${why}, so that a run could not be repeated`, { hint });
}
