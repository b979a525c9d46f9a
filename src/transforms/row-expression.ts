import { duckDbType, quote } from '@etl/columnar';
import { EtlError, isEtlError, type Field, type FieldType, type Schema } from '@etl/sdk';
import { fillParameters, type FilledSql } from './fill-parameters.js';
import type { RowExpression } from './library-step.js';
import { lineAndColumn, offsetOf, parseSql, type SqlNode } from './parsed-sql.js';
import { readExpression, singleExpression } from './read-expression.js';
import { functionFacts } from './refused-functions.js';
import type { BindContext } from './step.js';

export interface BoundExpression extends RowExpression {
  readonly type: FieldType;
}

const before = 'select (';

/**
 * Reads an expression of SQL over the columns of a row and finds its type. Throws CONFIG_INVALID for what is not one expression over
 * these columns and the parameters alone: subqueries, aggregates, windows, clocks and random numbers are refused, each with what to do instead.
 */
export async function rowExpression(
  written: string,
  { input, what }: { input: Schema; what: string },
  context: BindContext,
): Promise<BoundExpression> {
  const fail = failure(written, what);
  const filled = fillOr(written, context, fail);
  const tree = await parseSql(context.session, `${before}${filled.sql}\n)`);
  const offset = (at: number | null): number | null => (at === null ? null : filled.origin(Math.max(0, at - before.length)));
  if ('message' in tree) throw fail(tree.message, { offset: offset(tree.offset) });
  const root = singleExpression(tree.statements);
  if (root === null) throw fail('it is not one expression', { hint: 'Write one condition or value; a SELECT belongs into a sql step' });
  const columns = new Set<string>();
  const facts = await functionFacts(context.session);
  readExpression(root, {
    input,
    facts,
    add: (name) => columns.add(name),
    fail: (message, node, hint) => fail(message, { offset: offset(offsetOf(node)), hint }),
  });
  const names = input.fields.map(({ name }) => name).filter((name) => columns.has(name));
  const sql = `(${filled.sql}\n)`;
  const described = await describeExpression(sql, { input, names, filled, fail }, context);
  refuseLostDecimals(described, { root, input, names, filled, fail });
  return { ...described, columns: names, values: filled.values };
}

type Fail = (message: string, at?: { offset?: number | null; hint?: string | undefined; cause?: unknown }) => EtlError;

const failure =
  (written: string, what: string): Fail =>
  (message, { offset = null, hint, cause } = {}) => {
    const { line, column } = offset === null ? { line: null, column: null } : lineAndColumn(written, offset);
    const where = line === null ? '' : ` (${written.includes('\n') ? `line ${line}, ` : ''}column ${column} of the expression)`;
    return new EtlError('CONFIG_INVALID', `${what}: ${message}${where}`, {
      ...(hint === undefined ? {} : { hint }),
      cause,
      details: { line, column },
    });
  };

function fillOr(written: string, context: BindContext, fail: Fail): FilledSql {
  try {
    return fillParameters(written, context);
  } catch (error) {
    throw isEtlError(error) ? fail(error.message, { hint: error.hint, cause: error }) : error;
  }
}

interface Described {
  readonly input: Schema;
  readonly names: readonly string[];
  readonly filled: FilledSql;
  readonly fail: Fail;
}

async function describeExpression(
  sql: string,
  { input, names, filled, fail }: Described,
  { session }: BindContext,
): Promise<{ type: FieldType; sql: string }> {
  const columns = input.fields
    .filter(({ name }) => names.includes(name))
    .map(({ name, type }) => `cast(null as ${duckDbType(type)}) as ${quote(name)}`);
  const select = `select ${sql} as value from (select ${[...columns, 'null as _etl_'].join(', ')})`;
  const described = await session.describe(select, filled.values).catch((error: unknown) => {
    throw isEtlError(error) && ['SQL_FAILED', 'DATA_INVALID', 'NOT_FOUND'].includes(error.code)
      ? fail(error.message, { hint: error.hint, cause: error })
      : error;
  });
  const [field] = described.fields;
  if (field === undefined) throw fail('it has no value');
  return { type: field.type, sql: canonicalType(sql, field) };
}

/** Types that only DuckDB has become what they are outside of it, so that each step sees the same type however steps are put together. */
function canonicalType(sql: string, { type, native }: Field): string {
  if (native === undefined) return sql;
  return type.kind === 'json' ? `cast(to_json(${sql}) as json)` : `cast(${sql} as ${duckDbType(type)})`;
}

/** A float made of decimals has lost digits silently: average, division, power. */
function refuseLostDecimals(
  { type }: { type: FieldType },
  { root, input, names, filled, fail }: { root: SqlNode; input: Schema; names: readonly string[]; filled: FilledSql; fail: Fail },
): void {
  if (type.kind !== 'float' || root['class'] === 'CAST') return;
  const types = [
    ...input.fields.filter(({ name }) => names.includes(name)).map((field) => field.type),
    ...filled.params.map((param) => param.type),
  ];
  if (types.some(({ kind }) => kind === 'float') || !types.some(({ kind }) => kind === 'decimal')) return;
  throw fail('decimals become a float here, which does not hold them exactly', {
    hint: 'Say what you want: cast(… as decimal(18,4)), or cast(… as double)',
  });
}
