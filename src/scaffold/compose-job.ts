import type { Schema } from '@etl/sdk';
import type { Endpoint } from './endpoint.js';
import { sampleRow } from './sample-row.js';
import { yamlList, yamlPath, yamlText, yamlWrappedList } from './yaml-text.js';

/** What the questions of `init` come to. */
export interface JobPlan {
  readonly name: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** At least one. */
  readonly tables: readonly PlannedTable[];
}

/** One file or table with the place it is loaded into. */
export interface PlannedTable {
  readonly dataset: string;
  /** File or table that is read. */
  readonly source: string;
  /** File or table that is written. */
  readonly target: string;
  /** Columns that identify a row; empty: the target is replaced with every run. */
  readonly key: readonly string[];
  readonly schema: Schema;
  /** Say in the job which columns are read, so that a new one at the source changes nothing until it is wanted. */
  readonly namesColumns: boolean;
}

/** job.yaml of a new job: reads, loads, and shows where steps and checks go. */
export function composeJob({ name, from, to, tables }: JobPlan): string {
  const [first] = tables;
  const dataset = first?.dataset ?? name;
  const what = tables.length === 1 ? dataset : `${tables.length} tables`;
  return `name: ${yamlText(name)}
description: ${yamlText(`${what} from ${from.connection} into ${to.connection}`)}

extract:
${tables.map((table) => composeExtract(from, table)).join('')}
# Steps between reading and loading, in order; etl preview ${name} shows what each does to the first rows.
# transform:
#   - ${dataset}:
#       - clean: { trim: true, empty_to_null: true }

# Rows that break a rule are put aside with the reason, and counted: etl rejects list
# check:
#   ${dataset}:
#     - { field: ${yamlText(first?.key[0] ?? first?.schema.fields[0]?.name ?? 'id')}, not_null: true, on_fail: reject }

load:
${tables.map((table) => composeLoad(to, table, tables.length === 1)).join('')}`;
}

const composeExtract = (from: Endpoint, { dataset, source, schema, namesColumns }: PlannedTable): string =>
  `  ${dataset}:
    from: ${from.connection}
    ${itemOption(from)}: ${yamlPath(source)}
${namesColumns ? `    columns: ${yamlWrappedList(schema.fields.map(({ name }) => name))}\n` : ''}`;

function composeLoad(to: Endpoint, { dataset, target, key }: PlannedTable, isOnly: boolean): string {
  const mode = key.length > 0 ? `mode: merge, key: ${yamlList(key)}` : 'mode: replace';
  const id = isOnly ? `id: ${to.connection}, ` : '';
  return `  - { ${id}dataset: ${dataset}, to: ${to.connection}, ${itemOption(to)}: ${yamlPath(target)}, ${mode} }\n`;
}

/** The option that names what is read or written in a connection. */
const itemOption = ({ connector }: Endpoint): 'file' | 'table' => (connector === 'file' ? 'file' : 'table');

/** job.test.yaml of a new job: one made-up row arrives. */
export function composeTest({ tables }: JobPlan): string {
  const given = tables.map(({ dataset, schema }) => `      ${dataset}:\n        - ${sampleRow(schema)}\n`);
  const expect = tables.map(({ dataset }) => `      ${dataset}: { rows: 1 }\n`);
  return `# Extracts are replaced by what is given, loads by memory; everything between runs as in etl run.
tests:
  - name: a row arrives
    given:
${given.join('')}    expect:
${expect.join('')}`;
}

/** etl.yaml of a new project. */
export const composeProject = (project: string, endpoints: readonly Endpoint[]): string => `project: ${yamlText(project)}

# Where data comes from and where it goes. No password ever stands here.
connections:
${declarations(endpoints)
  .map(({ name, connector, path }) => `  ${name}:\n    connector: ${connector}\n    path: ${yamlPath(path)}\n`)
  .join('')}`;

/** The connections that a new job brings along, each once. */
export function declarations(
  endpoints: readonly Endpoint[],
): { readonly name: string; readonly connector: string; readonly path: string }[] {
  const found = new Map(
    endpoints.flatMap(({ connection, connector, options }) =>
      options === null ? [] : [[connection, { name: connection, connector, path: options.path }] as const],
    ),
  );
  return [...found.values()];
}
