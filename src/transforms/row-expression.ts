import { duckDbType, quote } from '@etl/columnar';
import { EtlError, isEtlError, type Field, type FieldType, type Json, type Schema } from '@etl/sdk';
import { fillParameters, type FilledSql } from './fill-parameters.js';
import { nearest } from './input-columns.js';
import type { RowExpression } from './library-step.js';
import { asNode, lineAndColumn, offsetOf, parseSql, visitNodes, type SqlNode } from './parsed-sql.js';
import { functionFacts, unsteadyError, unsteadyWords, type FunctionFacts } from './refused-functions.js';
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
  readNodes(root, {
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

/** The one expression of `select (…)`, or null where the text closed the bracket and went on. */
function singleExpression(statements: readonly SqlNode[]): SqlNode | null {
  const [statement, ...more] = statements;
  const node = asNode(statement?.['node']);
  const list = node?.['select_list'];
  if (node === null || more.length > 0 || node['type'] !== 'SELECT_NODE' || !Array.isArray(list) || list.length !== 1) return null;
  const rest = ['where_clause', 'having', 'sample', 'qualify'].every((part) => node[part] === null);
  const isBare =
    rest && isEmpty(node['modifiers']) && isEmpty(node['group_expressions']) && asNode(node['from_table'])?.['type'] === 'EMPTY';
  return isBare ? asNode((list as readonly Json[])[0]) : null;
}

const isEmpty = (value: Json | undefined): boolean => Array.isArray(value) && value.length === 0;

interface Reading {
  readonly input: Schema;
  readonly facts: FunctionFacts;
  readonly add: (column: string) => void;
  readonly fail: (message: string, node: SqlNode, hint?: string) => EtlError;
}

function readNodes(root: SqlNode, reading: Reading, bound: ReadonlySet<string> = new Set()): void {
  visitNodes(root, (node) => {
    switch (node['class']) {
      case 'SUBQUERY':
        throw reading.fail('a subquery looks at other rows', node, 'Use a sql step, which may join and aggregate');
      case 'WINDOW':
        throw reading.fail('a window function looks at other rows', node, 'Use a sql step');
      case 'STAR':
        throw reading.fail('* and COLUMNS() are not one value', node, 'Name the columns');
      case 'PARAMETER':
        if (!String(node['identifier']).match(/^[A-Za-z_]/))
          throw reading.fail('? and $1 are not parameters of the job', node, 'Write :name');
        return true;
      case 'POSITIONAL_REFERENCE':
        throw reading.fail('#1 is not a column', node, 'Name the column');
      case 'FUNCTION':
        checkFunction(node, reading);
        return true;
      case 'COLUMN_REF':
        readColumn(node, reading, bound);
        return false;
      case 'LAMBDA':
        readNodes(asNode(node['expr']) ?? node, reading, new Set([...bound, ...lambdaNames(node)]));
        return false;
      default:
        return true;
    }
  });
}

function lambdaNames(lambda: SqlNode): string[] {
  const names: string[] = [];
  visitNodes(lambda['lhs'], (node) => {
    if (node['class'] === 'COLUMN_REF' && Array.isArray(node['column_names'])) names.push(String(node['column_names'][0]).toLowerCase());
  });
  return names;
}

function checkFunction(node: SqlNode, { facts, fail }: Reading): void {
  const name = String(node['function_name']).toLowerCase();
  if (facts.aggregates.has(name) || name === 'unnest')
    throw fail(
      name === 'unnest' ? 'unnest makes several rows' : `${name.replace('count_star', 'count(*)')} works over many rows`,
      node,
      'Use a sql step',
    );
  if (!facts.unsteady.has(name)) return;
  const error = unsteadyError(name);
  throw fail(error.message, node, error.hint);
}

function readColumn(node: SqlNode, { input, add, fail }: Reading, bound: ReadonlySet<string>): void {
  const names = Array.isArray(node['column_names']) ? node['column_names'].map(String) : [];
  const [first = '', second] = names;
  const lower = first.toLowerCase();
  if (bound.has(lower)) return;
  const column = input.fields.find(({ name }) => name.toLowerCase() === lower);
  if (column !== undefined) {
    if (lower.startsWith('_etl_')) throw fail(`${first} is a name that etl keeps for itself`, node, 'Rename the column first');
    add(column.name);
    return;
  }
  if (names.length === 1 && unsteadyWords.has(lower)) {
    const error = unsteadyError(lower);
    throw fail(error.message, node, error.hint);
  }
  const ownColumn = second === undefined ? undefined : input.fields.find(({ name }) => name.toLowerCase() === second.toLowerCase());
  if (ownColumn !== undefined)
    throw fail(`${names.join('.')} names a dataset`, node, `An expression sees one row: write ${ownColumn.name}`);
  const near = nearest(first, input.fields.map(({ name }) => name)); // prettier-ignore
  throw fail(
    `there is no column ${first}`,
    node,
    near === null
      ? `Columns here are ${input.fields.map(({ name }) => name).join(', ')}; texts stand in single quotes`
      : `Did you mean ${near}?`,
  );
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
