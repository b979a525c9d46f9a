import type { ConnectOptions } from '@etl/sql';
import type { ConnectionOptions } from './connection-options.js';
import { quoteName, quoteText } from './quote.js';

/** What canonical cells need: whatever a person sets, these stay. */
const fixed: ReadonlyMap<string, string> = new Map([
  ['client_encoding', 'UTF8'],
  ['DateStyle', 'ISO, YMD'],
  ['TimeZone', 'UTC'],
  ['IntervalStyle', 'iso_8601'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '1'],
  ['standard_conforming_strings', 'on'],
  ['lc_monetary', 'C'],
  ['xmloption', 'content'],
  ['idle_in_transaction_session_timeout', '0'],
]);

/** Settings that older servers lack: the server notices within seconds that a client is gone, and lets go of its locks. */
const wanted: ReadonlyMap<string, string> = new Map([['client_connection_check_interval', '2000']]);

/** The statements that a session begins with, as one text. */
export function sessionSettings(
  { lock_timeout, statement_timeout, session }: Pick<ConnectionOptions, 'lock_timeout' | 'statement_timeout' | 'session'>,
  { access, tag }: ConnectOptions,
): string {
  const kept = new Set([...fixed.keys()].map((name) => name.toLowerCase()));
  const own = Object.entries(session).filter(([name]) => !kept.has(name.toLowerCase()));
  const settings: readonly (readonly [string, string])[] = [
    ...own.map(([name, value]) => [name, String(value)] as const),
    ['lock_timeout', `${Math.round(lock_timeout * 1000)}`],
    ['statement_timeout', `${Math.round(statement_timeout * 1000)}`],
    ['application_name', tag],
    ...(access === 'read' ? [['default_transaction_read_only', 'on'] as const] : []),
    ...fixed,
  ];
  const set = settings.map(
    ([name, value]) => `set ${name.split('.').map(quoteName).join('.')} = ${name === 'DateStyle' ? value : quoteText(value)}`,
  );
  const where = [...wanted].map(
    ([name, value]) => `select set_config(name, ${quoteText(value)}, false) from pg_settings where name = ${quoteText(name)}`,
  );
  return [...set, ...where].join(';\n');
}
