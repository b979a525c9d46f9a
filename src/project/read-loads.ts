import type { Connector } from '@etl/sdk';
import { connectorOf } from './job-connection.js';
import type { ReadLoad } from './job-entries.js';
import { loadFields, loadShape } from './job-shape.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import { asRecord } from './read-extracts.js';
import type { JobSetting } from './job-setting.js';
import { pickEntries, spanAt, type MapNode, type YamlNode } from './yaml-node.js';

/** The entries of `load`, options as the connector's schema takes them. Entries whose shape is wrong are left out: reading the whole file reports them. */
export async function readLoads(section: YamlNode | undefined, setting: JobSetting): Promise<ReadLoad[]> {
  const loads: ReadLoad[] = [];
  for (const node of section?.kind === 'list' ? section.items : []) if (node.kind === 'map') loads.push(...(await readLoad(node, setting)));
  return loads;
}

async function readLoad(node: MapNode, setting: JobSetting): Promise<ReadLoad[]> {
  const to = node.entries.get('to')?.value;
  if (to?.kind !== 'scalar' || to.source === '') return [];
  const connector = await connectorOf(to.source, to.span, setting);
  const shape = parseNode(loadShape, node, new Problems(), { what: 'load' })?.data;
  const named = node.entries.get('id')?.value ?? node.entries.get('dataset')?.value;
  const name = named?.kind === 'scalar' ? named.source : to.source;
  const options = connector && readOptions({ name, node, connector }, setting.problems);
  if (shape === undefined) return [];
  const { id, dataset, mode, key, schema: policy, order_by: orderBy, add, after } = shape;
  const { file, line, column } = node.span;
  const place = { file, line, column, dataset };
  const entry = { id: id ?? dataset, dataset, to: to.source, mode, key, policy, orderBy, add, after, options: asRecord(options), place };
  return [{ entry, node, connector }];
}

function readOptions({ name, node, connector }: { name: string; node: MapNode; connector: Connector }, problems: Problems): unknown {
  const { loader } = connector;
  if (loader === undefined) {
    problems.add({
      code: 'CAPABILITY_MISSING',
      message: `The connector ${connector.name} cannot be loaded`,
      at: spanAt(node, ['to']),
      hint: 'It can only be read',
    });
    return null;
  }
  const mode = node.entries.get('mode')?.value;
  const wanted = mode?.kind === 'scalar' ? loadFields.mode.safeParse(mode.source).data : undefined;
  if (wanted !== undefined && !loader.modes.includes(wanted)) {
    const message = `The connector ${connector.name} cannot ${wanted}`;
    problems.add({ code: 'CAPABILITY_MISSING', message, at: spanAt(node, ['mode']), hint: `Its modes are ${loader.modes.join(', ')}` });
  }
  const options = pickEntries(node, (key) => !Object.hasOwn(loadFields, key));
  return parseNode(loader.options, options, problems, { what: `load ${name} (${connector.name})` })?.input;
}
