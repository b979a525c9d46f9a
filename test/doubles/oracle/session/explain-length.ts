import { isSymbol, significant, tokenize, type Token } from '../sql/tokens.js';
import { OracleFailure } from '../sql/oracle-failure.js';
import type { Rewritten } from '../sql/rewrite.js';
import { serverError } from '../sql/errors.js';
import type { Backend } from './backend.js';

/** A row of an insert that was refused. */
export interface RefusedRow {
  readonly statement: Rewritten;
  readonly row: readonly (string | null)[];
}

/**
 * Oracle names the column whose value is too long (ORA-12899), PostgreSQL does not: so the row is looked at again. Gives the error that
 * the driver is told; anything else comes back as it is.
 */
export async function explained(backend: Backend, cause: unknown, { statement, row }: RefusedRow): Promise<unknown> {
  const error = serverError(cause);
  const isLength = error?.code === '22001' || (error?.code === '23514' && /^(N?VARCHAR2|N?CHAR|RAW)/.test(error.dataType ?? ''));
  if (!isLength || statement.insert === null) return cause;
  const { table, schema, columns } = readHead(statement.insert.head);
  const values = splitValues(statement.insert.values);
  const { rows } = await backend.query(
    `select name, type, owner from columns_of where relation = $1 and owner = coalesce($2, current_setting('oracle.schema'))`,
    [table, schema],
  );
  for (const [name, type, owner] of rows) {
    const bind = values[columns.indexOf(name ?? '')]?.find(({ kind }) => kind === 'bind');
    const value = bind === undefined ? null : (row[Number(bind.text.slice(1)) - 1] ?? null);
    const maximum = Number(/\((\d+)/.exec(type ?? '')?.[1] ?? Infinity);
    const actual = value === null ? 0 : lengthIn(type ?? '', value);
    if (!/^(N?VARCHAR2|N?CHAR|RAW)/.test(type ?? '') || actual <= maximum) continue;
    return new OracleFailure(
      12_899,
      `value too large for column "${owner ?? ''}"."${table}"."${name ?? ''}" (actual: ${actual}, maximum: ${maximum})`,
    );
  }
  return cause;
}

/** As the column counts: characters, bytes of text, or bytes. */
function lengthIn(type: string, value: string): number {
  if (type.startsWith('RAW')) return (value.length - 2) / 2;
  return / CHAR\)|^N/.test(type) ? Array.from(value).length : Buffer.byteLength(value);
}

/** Of `insert into "S"."T" ("A", "B")`. */
function readHead(head: string): { schema: string | null; table: string; columns: string[] } {
  const tokens = significant(tokenize(head));
  const names = (part: readonly Token[]): string[] => part.filter(({ kind }) => kind === 'quoted').map(({ text }) => text.slice(1, -1));
  const open = tokens.findIndex((token) => isSymbol(token, '('));
  const [first = '', second] = names(open < 0 ? tokens : tokens.slice(0, open));
  return { schema: second === undefined ? null : first, table: second ?? first, columns: open < 0 ? [] : names(tokens.slice(open)) };
}

function splitValues(tokens: readonly Token[]): Token[][] {
  const values: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    if (depth === 0 && isSymbol(token, ',')) values.push([]);
    else values.at(-1)?.push(token);
  }
  return values;
}
