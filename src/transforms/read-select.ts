import { suggestion, type EtlError, type Json } from '@etl/sdk';
import { asNode, eachNode, nodeText, type SqlNode } from './parsed-sql.js';
import { functionFacts, unsteadyError, unsteadyWords } from './refused-functions.js';
import type { BindContext } from './step.js';

/** Table functions that make rows of their arguments alone. */
const allowedTables: ReadonlySet<string> = new Set([
  'unnest',
  'range',
  'generate_series',
  'json_each',
  'json_tree',
  'repeat',
  'repeat_row',
]);

export interface SelectReading {
  readonly context: BindContext;
  readonly fail: (message: string, node: SqlNode, hint?: string) => EtlError;
}

/** Checks every node of a SELECT; answers the datasets that it reads. Throws what `fail` makes for tables that are no datasets, files, clocks, random numbers and samples. */
export async function readSelect(statement: SqlNode, { context, fail }: SelectReading): Promise<string[]> {
  const facts = await functionFacts(context.session);
  const own = commonNames(statement);
  const reads = new Set<string>();
  const columns = new Set([...context.datasets.values()].flatMap(({ fields }) => fields.map(({ name }) => name.toLowerCase())));
  eachNode(statement, (node) => {
    if (node['type'] === 'BASE_TABLE') readTable(node, { own, reads, context, fail });
    if (node['type'] === 'SHOW_REF') throw fail('SHOW and DESCRIBE are not a SELECT', node);
    if (asNode(node['sample']) !== null)
      throw fail('a sample is another one each time', node, 'Filter by a condition instead, for example hash(id) % 100 = 0');
    if (node['type'] === 'TABLE_FUNCTION') {
      const name = nodeText(asNode(node['function']), 'function_name');
      if (!allowedTables.has(name))
        throw fail(`${name} reads from outside of the job`, node, 'Add an extract for it: SQL of a job sees its datasets alone');
    }
    if (node['class'] === 'PARAMETER' && !/^[A-Za-z_]/.test(nodeText(node, 'identifier')))
      throw fail('? and $1 are not parameters of the job', node, 'Write :name');
    if (node['class'] === 'FUNCTION' && facts.unsteady.has(nodeText(node, 'function_name').toLowerCase())) {
      const error = unsteadyError(nodeText(node, 'function_name'));
      throw fail(error.message, node, error.hint);
    }
    const names = node['class'] === 'COLUMN_REF' ? node['column_names'] : null;
    if (!Array.isArray(names) || names.length !== 1) return;
    const word = String(names[0]).toLowerCase();
    if (!unsteadyWords.has(word) || columns.has(word)) return;
    const error = unsteadyError(word);
    throw fail(error.message, node, error.hint);
  });
  return [...reads];
}

function commonNames(statement: SqlNode): ReadonlySet<string> {
  const names = new Set<string>();
  eachNode(statement, (node) => {
    const map = asNode(node['cte_map'])?.['map'];
    if (Array.isArray(map)) for (const entry of map) names.add(nodeText(asNode(entry as Json), 'key').toLowerCase());
    if (node['type'] === 'RECURSIVE_CTE_NODE' || node['type'] === 'CTE_NODE') names.add(nodeText(node, 'cte_name').toLowerCase());
  });
  return names;
}

function readTable(
  node: SqlNode,
  { own, reads, context, fail }: SelectReading & { readonly own: ReadonlySet<string>; readonly reads: Set<string> },
): void {
  const name = nodeText(node, 'table_name');
  const lower = name.toLowerCase();
  if (node['schema_name'] !== '' || node['catalog_name'] !== '')
    throw fail(`${nodeText(node, 'schema_name')}.${name} is not a dataset`, node, 'Write the name of the dataset alone');
  const dataset = [...context.datasets.keys()].find((each) => each.toLowerCase() === lower);
  if (dataset !== undefined) reads.add(dataset);
  else if (!own.has(lower)) throw unknownDataset(name, { context, fail, node });
}

function unknownDataset(name: string, { context, fail, node }: SelectReading & { readonly node: SqlNode }): EtlError {
  const names = [...context.datasets.keys()];
  if (/[./\\*]/.test(name))
    return fail(`'${name}' is a file, not a dataset`, node, 'Add an extract for it: SQL of a job sees its datasets alone');
  return fail(`there is no dataset ${name} before this step`, node, suggestion(name, names, { what: 'Datasets here are' }));
}
