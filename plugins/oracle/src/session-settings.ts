import type { ConnectionOptions } from './connection-options.js';
import { quoteName } from './oracle-names.js';
import { literal } from './oracle-values.js';

/** What values and comparisons depend on, whatever the server or a person has set: a point in numbers, ISO times, UTC, comparison byte by byte. */
const fixed: Readonly<Record<string, string>> = {
  NLS_NUMERIC_CHARACTERS: "'.,'",
  NLS_DATE_FORMAT: "'YYYY-MM-DD HH24:MI:SS'",
  NLS_TIMESTAMP_FORMAT: "'YYYY-MM-DD HH24:MI:SS.FF'",
  NLS_TIMESTAMP_TZ_FORMAT: "'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM'",
  NLS_CALENDAR: "'GREGORIAN'",
  NLS_SORT: 'BINARY',
  NLS_COMP: 'BINARY',
  NLS_LENGTH_SEMANTICS: 'CHAR',
  TIME_ZONE: "'+00:00'",
};

export function sessionSettings({
  session,
  schema,
  lock_timeout: wait,
}: Pick<ConnectionOptions, 'session' | 'schema' | 'lock_timeout'>): readonly string[] {
  const own = Object.entries(session).filter(([name]) => !Object.hasOwn(fixed, name.toUpperCase()));
  const set = (settings: readonly (readonly [string, string])[]): string =>
    `alter session set ${settings.map(([name, value]) => `${name} = ${value}`).join(' ')}`;
  return [
    set([...Object.entries(fixed), ['DDL_LOCK_TIMEOUT', String(wait)]]),
    ...own.map(([name, value]) => set([[name, typeof value === 'number' ? String(value) : literal(value)]])),
    ...(schema === undefined ? [] : [`alter session set current_schema = ${quoteName(schema)}`]),
  ];
}
