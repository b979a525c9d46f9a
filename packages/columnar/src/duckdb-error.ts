import { EtlError, isEtlError, messageOf, type ErrorCode, type EtlErrorOptions } from '@etl/sdk';

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly options?: EtlErrorOptions;
}

/** Translates an error of DuckDB, once: a code, a message without values of rows where that is possible, a hint, the native error as cause. */
export function duckDbError(cause: unknown): EtlError {
  if (isEtlError(cause)) return cause;
  const native = messageOf(cause).replace(/^(Failed to \w+(?: \w+)*): (?=[A-Z][\w ]* Error:)/, '');
  const { code, message, options } = translate(native);
  return new EtlError(code, message, { ...options, cause });
}

function translate(native: string): Translation {
  const [, kind = '', text = native] = /^((?:[A-Z][\w-]*(?: [A-Za-z]+)*)) (?:Error|exception|Exception): ([\s\S]*)$/.exec(native) ?? [];
  if (/No space left on device|max_temp_directory_size|Disk quota exceeded/i.test(native)) return diskFull(native);
  if (/^INTERRUPT/i.test(native) || kind === 'Interrupt') return { code: 'CANCELLED', message: 'The statement was interrupted' };
  if (kind === 'IO' || /^IO Error/.test(native)) return ioError(text);
  if (/^Out of Memory/i.test(native)) return outOfMemory(text);
  if (/read-only mode/i.test(text)) return readOnly(text);
  if (/configuration has been locked|cannot be changed while|when database is running/i.test(text)) return lockedSetting(text);
  return byKind(kind, text) ?? { code: 'INTERNAL', message: `DuckDB failed: ${firstLine(native)}` };
}

function byKind(kind: string, text: string): Translation | undefined {
  switch (kind) {
    case 'Conversion':
    case 'Out of Range':
    case 'Mismatch Type':
    case 'Invalid Input':
    case 'Invalid type':
      return { code: 'DATA_INVALID', message: withoutValues(text) };
    case 'Constraint':
      return constraint(text);
    case 'Catalog':
      return catalog(text);
    case 'Binder':
    case 'Parser':
    case 'Syntax':
    case 'Not implemented':
    case 'Parameter Not Resolved':
      return { code: 'SQL_FAILED', message: statementMessage(text), options: statementOptions(text) };
    case 'Permission':
      return {
        code: 'PERMISSION_DENIED',
        message: firstLine(text),
        options: { hint: 'SQL of a job reads and writes datasets and the folders of its connection, nothing else' },
      };
    case 'TransactionContext':
    case 'Transaction':
      return {
        code: 'CONFLICT',
        message: firstLine(text),
        options: { hint: 'Another transaction changed the same rows or table; run again' },
      };
    case 'Dependency':
      return { code: 'CONFLICT', message: firstLine(text), options: { hint: 'Drop or change what depends on it first' } };
    case 'Invalid Configuration':
    case 'Invalid Configuration Value':
      return lockedSetting(text);
    default:
      return undefined;
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? text;

const lockedSetting = (text: string): Translation => ({
  code: 'PERMISSION_DENIED',
  message: firstLine(text),
  options: { hint: 'The settings of the SQL engine are locked while a job runs' },
});

const readOnly = (text: string): Translation => ({
  code: 'PERMISSION_DENIED',
  message: firstLine(text),
  options: { hint: 'Take read_only out of the connection to write into it' },
});

const diskFull = (native: string): Translation => ({
  code: 'DISK_FULL',
  message: `No space is left for DuckDB: ${firstLine(native)}`,
  options: { hint: 'Free space on that disk, or move the project or its temporary folder (TMPDIR)' },
});

const outOfMemory = (text: string): Translation => ({
  code: 'LIMIT_EXCEEDED',
  message: `DuckDB needs more memory than it may use: ${firstLine(text)}`,
  options: { hint: 'Raise memory_limit, or have the statement work on fewer rows at a time' },
});

function ioError(text: string): Translation {
  const line = firstLine(text);
  const file = /file "([^"]*)"/.exec(line)?.[1];
  if (line.includes('Could not set lock')) {
    const holder = /held in (.+?) \(PID (\d+)\)/.exec(line);
    return {
      code: 'LOCKED',
      message: `${file ?? 'The database'} is open in another program${holder ? ` (${holder[1]}, process ${holder[2]})` : ''}`,
      options: {
        hint: holder
          ? `Close it there (ps -p ${holder[2]}), or wait until it ends: a DuckDB file belongs to one process at a time`
          : 'Close it there',
        ...(holder ? { details: { pid: Number(holder[2]) } } : {}),
      },
    };
  }
  if (/not a valid DuckDB database|Corrupt database|checksum/i.test(line))
    return { code: 'DATA_INVALID', message: line, options: { hint: 'Name another file, or restore this one from a copy' } };
  if (/newer version of DuckDB|older version of DuckDB|storage version|version number/i.test(line))
    return {
      code: 'DATA_INVALID',
      message: line,
      options: { hint: 'The file was written by another version of DuckDB: export it there (EXPORT DATABASE) and import it here' },
    };
  if (/No such file|No files found|does not exist/i.test(line)) return { code: 'NOT_FOUND', message: line };
  if (/Read-only file system/i.test(line))
    return { code: 'PERMISSION_DENIED', message: line, options: { hint: 'Choose a path that can be written to' } };
  if (/Permission denied/i.test(line))
    return { code: 'PERMISSION_DENIED', message: line, options: { hint: 'Give this user the right, or choose another path' } };
  if (/Extension/.test(line))
    return { code: 'SQL_FAILED', message: line, options: { hint: 'Extensions are not loaded: use what core DuckDB offers' } };
  return { code: 'UNREACHABLE', message: `DuckDB could not read or write: ${line}` };
}

function constraint(text: string): Translation {
  const notNull = /NOT NULL constraint failed: (.+)/.exec(text);
  if (notNull) return { code: 'CONFLICT', message: `Column ${notNull[1]} may not be null` };
  if (/duplicate key/i.test(text)) {
    const columns = /duplicate key "([^"]*)"/i.exec(text)?.[1] ?? '';
    const names = [...columns.matchAll(/(?:^|, )([^:,]+): /g)].map(([, name]) => name).join(', ');
    return {
      code: 'CONFLICT',
      message: `A row with this key is already there${names === '' ? '' : ` (${names})`}`,
      options: { hint: 'Use mode merge or insert-new, or dedupe first' },
    };
  }
  return { code: 'CONFLICT', message: withoutValues(text) };
}

/** DuckDB's guess, unless it is a table of its own. */
function guessOf(text: string): string | undefined {
  const guess = /Did you mean "([^"]*)"/.exec(text)?.[1];
  return guess === undefined || /^(pg_|duckdb_|sqlite_|information_schema\.|pragma_)/.test(guess) ? undefined : guess;
}

function catalog(text: string): Translation {
  const guess = guessOf(text);
  const code: ErrorCode = /already exists/.test(text) ? 'CONFLICT' : /^Table/.test(text) ? 'NOT_FOUND' : 'SQL_FAILED';
  const options = statementOptions(text);
  return { code, message: firstLine(text), options: { ...options, ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }) } };
}

/** The message up to DuckDB's own excerpt of the statement. */
const statementMessage = (text: string): string =>
  text
    .split(/\n\n?LINE \d+:/, 1)[0]
    ?.trim()
    .split('\n\tCandidate functions', 1)[0]
    ?.replaceAll(/\s*\n\s*/g, '. ') ?? text;

/** Line and column from `LINE 3: …` and the caret below it. */
function statementOptions(text: string): EtlErrorOptions {
  const match = /LINE (\d+): (.*)\n( *)\^/.exec(text);
  if (match === null) return {};
  const line = Number(match[1]);
  const column = (match[3]?.length ?? 0) - `LINE ${line}: `.length + 1;
  return { details: { line, column: Math.max(column, 1), excerpt: match[2] ?? '' } };
}

/** A message without quoted values and without the row that DuckDB shows. */
export function withoutValues(text: string): string {
  const column = /(?:converting|for) column "([^"]*)"/.exec(text)?.[1];
  const type = /(?:to|destination type|Could not convert string .* to) '?([A-Z][A-Z0-9_() ,]*)'?/.exec(text)?.[1];
  if (column !== undefined && text.includes('CSV Error')) return `Column ${column} holds a value that is not ${type ?? 'of its type'}`;
  const line = firstLine(text.replace(/^CSV Error on Line: \d+\n(?:Original Line: [\s\S]*?\n(?=[A-Z]))?/, ''));
  return line
    .replaceAll(/string '(?:[^']|'')*'/g, 'a text')
    .replaceAll(/with value \S+/g, 'with a value')
    .replaceAll(/value -?[\d.]{3,} /g, 'a value ');
}
