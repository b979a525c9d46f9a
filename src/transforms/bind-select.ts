import { duckDbType, quote } from '@etl/columnar';
import { EtlError, isEtlError, type Field, type Json, type Schema } from '@etl/sdk';
import { fillParameters, type FilledSql } from './fill-parameters.js';
import { refuseSameNames } from './input-columns.js';
import { asNode, eachNode, lineAndColumn, offsetOf, parseSql, type SqlNode } from './parsed-sql.js';
import { readSelect } from './read-select.js';
import type { BindContext } from './step.js';
import { withDatasets } from './with-datasets.js';

/** A SELECT over datasets that is known to be one, with the columns that it makes. */
export interface BoundSelect {
  readonly sql: string;
  readonly written: string;
  readonly values: FilledSql['values'];
  readonly origin: FilledSql['origin'];
  readonly reads: readonly string[];
  readonly inputs: ReadonlyMap<string, Schema>;
  readonly output: Schema;
  /** Types of the columns as the SELECT makes them, where they become others: quoted name to expression. */
  readonly casts: readonly string[];
}

/**
 * Reads a SELECT and finds its columns on empty tables. Throws CONFIG_INVALID with line and column in the text for wrong syntax, unknown
 * tables and columns, for statements other than one SELECT, for clocks and random numbers, and for reading files.
 */
export async function bindSelect(written: string, context: BindContext): Promise<BoundSelect> {
  const fail = failure(written);
  const filled = fillOr(written, context, fail);
  const tree = await parseSql(context.session, filled.sql);
  if ('message' in tree) throw syntaxError(tree, filled, fail);
  const [statement, ...more] = tree.statements;
  if (statement === undefined || more.length > 0)
    throw fail('it must be one SELECT, not several statements', { hint: 'Write a step for each; a dataset may have several' });
  const reads = await readSelect(statement, {
    context,
    fail: (message, node, hint) => fail(message, { offset: originOf(node, filled), hint }),
  });
  const inputs = new Map(reads.map((name) => [name, context.datasets.get(name) ?? { fields: [], key: [] }]));
  for (const [name, { fields }] of inputs)
    refuseSameNames(
      fields.map((field) => field.name),
      name,
    );
  const described = await describeSelect({ sql: filled.sql, values: filled.values, inputs, fail, filled }, context);
  refuseSameNames(
    described.map(({ name }) => name),
    'sql',
  );
  const own = described.find(({ name }) => name.toLowerCase().startsWith('_etl_'));
  if (own !== undefined) throw fail(`column ${own.name} has a name that etl keeps for itself`, { hint: 'Give it another name with AS' });
  refuseLostDecimals(described, { statement, inputs, fail });
  return {
    sql: filled.sql,
    written,
    values: filled.values,
    origin: filled.origin,
    reads,
    inputs,
    output: { fields: described.map(({ name, type }) => ({ name, type, nullable: true })), key: [] },
    casts: described.map(canonicalColumn),
  };
}

type Fail = (message: string, at?: { offset?: number | null; hint?: string | undefined; cause?: unknown }) => EtlError;

const failure =
  (written: string): Fail =>
  (message, { offset = null, hint, cause } = {}) => {
    const place = offset === null ? null : lineAndColumn(written, offset);
    const where = place === null ? '' : ` (line ${place.line}, column ${place.column} of the SQL)`;
    return new EtlError('CONFIG_INVALID', `sql: ${message}${where}`, { ...(hint === undefined ? {} : { hint }), cause, details: place });
  };

function fillOr(written: string, context: BindContext, fail: Fail): FilledSql {
  try {
    return fillParameters(written, context);
  } catch (error) {
    throw isEtlError(error) ? fail(error.message, { hint: error.hint, cause: error }) : error;
  }
}

const originOf = (node: SqlNode, filled: FilledSql): number | null => {
  const offset = offsetOf(node);
  return offset === null ? null : filled.origin(offset);
};

function syntaxError({ message, offset }: { message: string; offset: number | null }, filled: FilledSql, fail: Fail): EtlError {
  if (!message.startsWith('Only SELECT')) return fail(message, { offset: offset === null ? null : filled.origin(offset) });
  const word = /[A-Za-z]+/.exec(filled.sql)?.[0]?.toUpperCase() ?? 'This';
  return fail(`${word} is not a SELECT`, { hint: 'A sql step makes a dataset by one SELECT; statements for the target belong under load' });
}

async function describeSelect(
  {
    sql,
    values,
    inputs,
    fail,
    filled,
  }: { sql: string; values: FilledSql['values']; inputs: ReadonlyMap<string, Schema>; fail: Fail; filled: FilledSql },
  { session }: BindContext,
): Promise<readonly Field[]> {
  const empty = (dataset: string): string => {
    const columns = (inputs.get(dataset)?.fields ?? []).map(({ name, type }) => `cast(null as ${duckDbType(type)}) as ${quote(name)}`);
    return `(select ${[...columns, 'null as "_etl_"'].join(', ')} where false)`;
  };
  const select = withDatasets(sql, inputs, empty);
  try {
    return (await session.describe(select, values)).fields;
  } catch (error) {
    if (!isEtlError(error) || !['SQL_FAILED', 'DATA_INVALID', 'NOT_FOUND', 'CONFLICT'].includes(error.code)) throw error;
    throw fail(error.message, { offset: offsetInSql(error, filled), hint: error.hint, cause: error });
  }
}

/** Where in the written text DuckDB found the fault: its lines count from the statement, in which the SQL begins on the second one. */
export function offsetInSql(error: EtlError, { sql, origin }: Pick<FilledSql, 'sql' | 'origin'>): number | null {
  const details = asNode(error.details);
  const line = Number(details?.['line']);
  const column = Number(details?.['column']);
  const lines = sql.split('\n');
  if (!(line >= 2 && line <= lines.length + 1)) return null;
  const before = lines.slice(0, line - 2).reduce((sum, text) => sum + text.length + 1, 0);
  return origin(before + Math.min(Math.max(column - 1, 0), lines[line - 2]?.length ?? 0));
}

function canonicalColumn({ name, type, native }: Field): string {
  const column = quote(name);
  if (native === undefined) return column;
  return `${type.kind === 'json' ? `cast(to_json(${column}) as json)` : `cast(${column} as ${duckDbType(type)})`} as ${column}`;
}

/** Items of the outermost list that make a float of a decimal column, unless they say so with a cast. */
function refuseLostDecimals(
  described: readonly Field[],
  { statement, inputs, fail }: { statement: SqlNode; inputs: ReadonlyMap<string, Schema>; fail: Fail },
): void {
  const list = asNode(statement['node'])?.['select_list'];
  const kinds = new Map(
    [...inputs.values()].flatMap(({ fields }) => fields.map(({ name, type }) => [name.toLowerCase(), type.kind] as const)),
  );
  for (const item of Array.isArray(list) ? (list as readonly Json[]) : []) {
    const node = asNode(item);
    if (node === null || node['class'] === 'CAST' || node['class'] === 'COLUMN_REF' || node['class'] === 'STAR') continue;
    const field = described.find(({ name }) => name === node['alias']);
    if (field?.type.kind !== 'float') continue;
    const used = new Set<string | undefined>();
    eachNode(node, (inner) => {
      const names = inner['class'] === 'COLUMN_REF' ? inner['column_names'] : null;
      if (Array.isArray(names)) used.add(kinds.get(String(names.at(-1)).toLowerCase()));
    });
    if (used.has('decimal') && !used.has('float'))
      throw fail(`column ${field.name} is a float made of decimals, which it does not hold exactly`, {
        hint: `Say what you want: cast(… as decimal(18,4)) as ${field.name}, or cast(… as double)`,
      });
  }
}
