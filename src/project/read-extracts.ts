import type { Connector } from '@etl/sdk';
import type { ReadExtract } from './job-entries.js';
import { connectorOf } from './job-connection.js';
import { datasetName } from './names.js';
import { extractFields, extractShape } from './job-shape.js';
import { knownKeys } from './known-keys.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import type { JobSetting } from './job-setting.js';
import { spanAt, pickEntries, type MapNode, type Span, type YamlNode } from './yaml-node.js';

/** Options of connectors whose value comes from the job: the parameters that `:name` stands for. */
export const suppliedOptions: readonly string[] = ['params'];

const optionsOf = (node: MapNode): MapNode =>
  pickEntries(node, (key) => !Object.hasOwn(extractFields, key) && !suppliedOptions.includes(key));

/** The entries of `extract`, options as the connector's schema takes them. Entries whose shape is wrong are left out: reading the whole file reports them. */
export async function readExtracts(section: YamlNode | undefined, setting: JobSetting): Promise<ReadExtract[]> {
  const extracts: ReadExtract[] = [];
  for (const [dataset, { key, value }] of section?.kind === 'map' ? section.entries : []) {
    if (value.kind !== 'map' || !datasetName.safeParse(dataset).success) continue;
    extracts.push(...(await readExtract({ dataset, key, node: value }, setting)));
  }
  return extracts;
}

async function readExtract(
  { dataset, key, node }: { dataset: string; key: Span; node: MapNode },
  setting: JobSetting,
): Promise<ReadExtract[]> {
  const { problems } = setting;
  const shape = parseNode(extractShape, node, new Problems(), { what: dataset })?.data;
  const from = node.entries.get('from')?.value;
  if (from?.kind !== 'scalar' || from.source === '') return [];
  const connector = await connectorOf(from.source, from.span, setting);
  const options = optionsOf(node);
  checkSupplied({ dataset, node, connector }, problems);
  const what = `extract ${dataset}`;
  if (connector !== null && connector.extractor === undefined) {
    const message = `The connector ${connector.name} of ${from.source} cannot be read`;
    problems.add({
      code: 'CAPABILITY_MISSING',
      message,
      at: spanAt(node, ['from']),
      hint: `It can be loaded: ${connector.loader?.modes.join(', ') ?? 'no'}`,
    });
  }
  const parsed = connector?.extractor && parseNode(connector.extractor.options, options, problems, { what: `${what} (${connector.name})` });
  if (shape === undefined) return [];
  const { cursor, parallel, each } = shape;
  const place = { file: key.file, line: key.line, column: key.column, dataset };
  const entry = {
    dataset, from: from.source, options: asRecord(parsed?.input), parallel, place,
    ...(cursor && { cursor: { ...cursor, lag: cursor.lag ?? null } }),
    ...(each && { each }),
  }; // prettier-ignore
  return [{ entry, key, node, connector }];
}

/** What belongs to the job or needs something of the connector. */
function checkSupplied(
  { dataset, node, connector }: { dataset: string; node: MapNode; connector: Connector | null },
  problems: Problems,
): void {
  const params = node.entries.get('params');
  if (params !== undefined)
    problems.add({
      message: `extract ${dataset} has no field 'params'`,
      at: params.key,
      hint: 'Parameters belong to the job: declare them under params there; SQL sees them as :name',
    });
  const each = node.entries.get('each');
  if (each !== undefined && connector?.extractor && connector.extractor.each !== true)
    problems.add({
      code: 'CAPABILITY_MISSING',
      message: `The connector ${connector.name} cannot read for each row of another dataset`,
      at: each.key,
      hint: 'Read it whole, and join the two datasets with a sql step',
    });
  const cursor = node.entries.get('cursor');
  if (cursor === undefined || !connector?.extractor || knownKeys(connector.extractor.options, []).includes('cursor')) return;
  const message = `The connector ${connector.name} cannot continue from a cursor`;
  problems.add({ code: 'CAPABILITY_MISSING', message, at: cursor.key, hint: 'Remove the cursor: all rows are read each time' });
}

/** Options are always a map: they come from one. */
export const asRecord = (value: unknown): { readonly [name: string]: unknown } => ({ ...(typeof value === 'object' ? value : {}) });
