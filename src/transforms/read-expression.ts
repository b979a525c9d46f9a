import { nearestName, type EtlError, type Json, type Schema } from '@etl/sdk';
import { asNode, nodeText, visitNodes, type SqlNode } from './parsed-sql.js';
import { unsteadyError, unsteadyWords, type FunctionFacts } from './refused-functions.js';

/** The one expression of `select (…)`, or null where the text closed the bracket and went on. */
export function singleExpression(statements: readonly SqlNode[]): SqlNode | null {
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

export interface ExpressionReading {
  readonly input: Schema;
  readonly facts: FunctionFacts;
  readonly add: (column: string) => void;
  readonly fail: (message: string, node: SqlNode, hint?: string) => EtlError;
}

/** Checks every node of an expression and reports the columns that it reads. Throws what `fail` makes for what looks beyond the row. */
export function readExpression(root: SqlNode, reading: ExpressionReading, bound: ReadonlySet<string> = new Set()): void {
  visitNodes(root, (node) => {
    switch (node['class']) {
      case 'SUBQUERY':
        throw reading.fail('a subquery looks at other rows', node, 'Use a sql step, which may join and aggregate');
      case 'WINDOW':
        throw reading.fail('a window function looks at other rows', node, 'Use a sql step');
      case 'STAR':
        throw reading.fail('* and COLUMNS() are not one value', node, 'Name the columns');
      case 'PARAMETER':
        if (!nodeText(node, 'identifier').match(/^[A-Za-z_]/))
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
        readExpression(asNode(node['expr']) ?? node, reading, new Set([...bound, ...lambdaNames(node)]));
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
    return true;
  });
  return names;
}

function checkFunction(node: SqlNode, { facts, fail }: ExpressionReading): void {
  const name = nodeText(node, 'function_name').toLowerCase();
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

function readColumn(node: SqlNode, { input, add, fail }: ExpressionReading, bound: ReadonlySet<string>): void {
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
  const columns = input.fields.map(({ name }) => name);
  const near = nearestName(first, columns);
  const hint = near === undefined ? `Columns here: ${columns.join(', ')}; texts stand in single quotes` : `Did you mean '${near}'?`;
  throw fail(`there is no column ${first}`, node, hint);
}
