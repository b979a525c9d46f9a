import { modes, type Connector } from '@etl/sdk';
import { connectorOf } from './job-connection.js';
import type { ReadLoad, ReadStatements } from './job-entries.js';
import { loadFields, loadShape, statementsField, statementsFields } from './job-shape.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import { asRecord, suppliedOptions } from './read-extracts.js';
import type { JobSetting } from './job-setting.js';
import { pickEntries, spanAt, type MapNode, type YamlNode } from './yaml-node.js';

/** What readers of loads know beside the job's own setting. */
interface LoadSetting extends JobSetting {
  readonly job: string;
}

export interface ReadLoads {
  readonly loads: readonly ReadLoad[];
  readonly statements: readonly ReadStatements[];
}

/** The entries of `load`, options as the connector's schema takes them. Entries whose shape is wrong are left out: reading the whole file reports them. */
export async function readLoads(section: YamlNode | undefined, setting: LoadSetting): Promise<ReadLoads> {
  const loads: ReadLoad[] = [];
  const statements: ReadStatements[] = [];
  for (const [index, node] of (section?.kind === 'list' ? section.items : []).entries()) {
    if (node.kind !== 'map') continue;
    if (node.entries.has(statementsField)) statements.push(...(await readStatements(node, index, setting)));
    else loads.push(...(await readLoad(node, index, setting)));
  }
  return { loads, statements };
}

async function readLoad(node: MapNode, index: number, setting: LoadSetting): Promise<ReadLoad[]> {
  requireField(node, { field: 'dataset', hint: 'It must be text', index }, setting);
  requireField(node, { field: 'mode', hint: `It is one of ${modes.join(', ')}`, index }, setting);
  const to = node.entries.get('to')?.value;
  if (to?.kind !== 'scalar' || to.source === '') return [];
  const connector = await connectorOf(to.source, to.span, setting);
  const shape = parseNode(loadShape, node, new Problems(), { what: 'load' })?.data;
  const named = node.entries.get('id')?.value ?? node.entries.get('dataset')?.value;
  const name = named?.kind === 'scalar' ? named.source : to.source;
  refuseSupplied(node, name, setting.problems);
  const options = connector && readOptions({ name, node, connector }, setting.problems);
  if (shape?.dataset === undefined || shape.mode === undefined) return [];
  const { id, dataset, mode, key, schema: policy, order_by: orderBy, add, after } = shape;
  const { file, line, column } = node.span;
  const place = { file, line, column, dataset };
  const entry = { id: id ?? dataset, dataset, to: to.source, mode, key, policy, orderBy, add, after, options: asRecord(options), place };
  return [{ entry, node, connector }];
}

function requireField(
  node: MapNode,
  { field, hint, index }: { readonly field: string; readonly hint: string; readonly index: number },
  { problems, job }: LoadSetting,
): void {
  if (node.entries.has(field)) return;
  problems.add({ message: `load[${index + 1}].${field} of job ${job} is missing`, at: node.span, hint });
}

function refuseSupplied(node: MapNode, name: string, problems: Problems): void {
  for (const option of suppliedOptions) {
    const given = node.entries.get(option);
    if (given !== undefined)
      problems.add({
        message: `load ${name} has no field '${option}'`,
        at: given.key,
        hint: 'Parameters belong to the job: declare them under params there; SQL sees them as :name',
      });
  }
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
  const options = pickEntries(node, (key) => !Object.hasOwn(loadFields, key) && !suppliedOptions.includes(key));
  return parseNode(loader.options, options, problems, { what: `load ${name} (${connector.name})` })?.input;
}

/** A load that is only statements: it has a name, a target and what it comes after, and nothing that belongs to rows. */
async function readStatements(node: MapNode, index: number, setting: LoadSetting): Promise<ReadStatements[]> {
  const { problems } = setting;
  requireField(node, { field: 'id', hint: 'State belongs to it: give it a name such as mart', index }, setting);
  const [to, named] = [node.entries.get('to')?.value, node.entries.get('id')?.value];
  if (to?.kind !== 'scalar' || to.source === '' || named?.kind !== 'scalar') return [];
  const id = named.source;
  for (const [field, { key }] of node.entries)
    if (Object.hasOwn(loadFields, field) && !Object.hasOwn(statementsFields, field))
      problems.add({
        message: `load ${id} has statements, so it has no field '${field}'`,
        at: key,
        hint: 'Load rows by an entry of its own, and name it under after',
      });
  refuseSupplied(node, id, problems);
  const connector = await connectorOf(to.source, to.span, setting);
  const shape = parseNode(loadShape, node, new Problems(), { what: 'load' })?.data;
  if (connector !== null && connector.statements === undefined)
    problems.add({
      code: 'CAPABILITY_MISSING',
      message: `The connector ${connector.name} of ${to.source} runs no statements`,
      at: spanAt(node, [statementsField]),
      hint: 'Databases do',
    });
  const options = pickEntries(node, (key) => !Object.hasOwn(loadFields, key) && !suppliedOptions.includes(key));
  const parsed =
    connector?.statements && parseNode(connector.statements.options, options, problems, { what: `load ${id} (${connector.name})` });
  if (shape === undefined) return [];
  const { file, line, column } = node.span;
  return [
    { entry: { id, to: to.source, after: shape.after, options: asRecord(parsed?.input), place: { file, line, column } }, node, connector },
  ];
}
