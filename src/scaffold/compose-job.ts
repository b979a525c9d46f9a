import type { Schema } from '@etl/sdk';
import type { Endpoint } from './endpoint.js';
import { sampleRow } from './sample-row.js';
import { yamlList, yamlPath, yamlText } from './yaml-text.js';

/** What the questions of `init` come to. */
export interface JobPlan {
  readonly name: string;
  readonly dataset: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** File or table that is read. */
  readonly source: string;
  /** File or table that is written. */
  readonly target: string;
  /** Columns that identify a row; empty: the target is replaced with every run. */
  readonly key: readonly string[];
  readonly schema: Schema;
}

/** job.yaml of a new job: reads, loads, and shows where steps and checks go. */
export function composeJob({ name, dataset, from, to, source, target, key }: JobPlan): string {
  const mode = key.length > 0 ? `mode: merge, key: ${yamlList(key)}` : 'mode: replace';
  const first = key[0] ?? 'id';
  return `name: ${yamlText(name)}
description: ${yamlText(`${dataset} from ${from.connection} into ${to.connection}`)}

extract:
  ${dataset}:
    from: ${from.connection}
    ${itemOption(from)}: ${yamlPath(source)}

# Steps between reading and loading, in order; etl preview ${name} shows what each does to the first rows.
# transform:
#   - ${dataset}:
#       - clean: { trim: true, empty_to_null: true }

# Rows that break a rule are put aside with the reason, and counted: etl rejects list
# check:
#   ${dataset}:
#     - { field: ${yamlText(first)}, not_null: true, on_fail: reject }

load:
  - { id: ${to.connection}, dataset: ${dataset}, to: ${to.connection}, ${itemOption(to)}: ${yamlPath(target)}, ${mode} }
`;
}

/** The option that names what is read or written in a connection. */
const itemOption = ({ connector }: Endpoint): 'file' | 'table' => (connector === 'file' ? 'file' : 'table');

/** job.test.yaml of a new job: one made-up row arrives. */
export function composeTest({ dataset, schema }: JobPlan): string {
  return `# Extracts are replaced by what is given, loads by memory; everything between runs as in etl run.
tests:
  - name: a row arrives
    given:
      ${dataset}:
        - ${sampleRow(schema)}
    expect:
      ${dataset}: { rows: 1 }
`;
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
