import type { ConnectionOptions } from './connection-options.js';
import { literal } from './mysql-values.js';

/** Seconds that the server waits for a client that is busy elsewhere: the longest that all servers take. */
const patience = 31_536_000;

/** Modes of the server that change how a person's own SQL is read: they stay. */
const kept = ['ONLY_FULL_GROUP_BY', 'ANSI_QUOTES', 'PIPES_AS_CONCAT'];
const strict = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO';

/** Brings a session to the state that canonical cells need: UTC, UTF-8, nothing cut without a word. */
export function sessionSettings(
  { lock_timeout, session }: Pick<ConnectionOptions, 'lock_timeout' | 'session'>,
  access: 'read' | 'write',
): readonly string[] {
  const modes = kept.map((mode) => `if(find_in_set('${mode}', @@global.sql_mode), ',${mode}', '')`);
  const settings = [
    ...Object.entries(session).map(([name, value]) => `session ${name} = ${typeof value === 'string' ? literal(value) : String(value)}`),
    `session sql_mode = concat('${strict}', ${modes.join(', ')})`,
    `session time_zone = '+00:00'`,
    'session character_set_client = utf8mb4',
    'session character_set_connection = utf8mb4',
    'session character_set_results = utf8mb4',
    'session autocommit = 1',
    'session sql_notes = 1',
    'session sql_warnings = 0',
    'session max_error_count = 65535',
    `session net_write_timeout = ${patience}`,
    `session net_read_timeout = ${patience}`,
    `session wait_timeout = ${patience}`,
    `session lock_wait_timeout = ${lock_timeout}`,
    `session innodb_lock_wait_timeout = ${lock_timeout}`,
    'session group_concat_max_len = 1048576',
  ];
  return [`set ${settings.join(', ')}`, ...transactionSettings(access)];
}

/** Readers see one moment and change nothing; writers lock only the rows that they change, where the log of the server allows it. */
const transactionSettings = (access: 'read' | 'write'): readonly string[] =>
  access === 'read'
    ? ['set session transaction isolation level repeatable read', 'set session transaction read only']
    : ['set session transaction isolation level read committed'];
