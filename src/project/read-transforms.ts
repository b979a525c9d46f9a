import { suggestion } from '@etl/sdk';
import type { ReadStep, ReadTransform } from './job-entries.js';
import { parseNode } from './parse-node.js';
import type { JobSetting } from './job-setting.js';
import { describeNode, type Span, type YamlNode } from './yaml-node.js';

export interface TransformSections {
  readonly transform: YamlNode | undefined;
  readonly check: YamlNode | undefined;
}

/** The entries of `transform` in order, then those of `check` as steps of their own. */
export function readTransforms({ transform, check }: TransformSections, setting: JobSetting): ReadTransform[] {
  const entries = transform?.kind === 'list' ? transform.items.flatMap((item) => readEntry(item, setting)) : [];
  const checks =
    check?.kind === 'map' ? [...check.entries].map(([dataset, { key, value }]) => readCheck({ dataset, key, value }, setting)) : [];
  return [...entries, ...checks];
}

function readEntry(item: YamlNode, setting: JobSetting): ReadTransform[] {
  const { problems } = setting;
  const [first, ...others] = item.kind === 'map' ? item.entries : [];
  if (first === undefined) {
    problems.add({ message: `A transform entry names one dataset and what is done with it, not ${describeNode(item)}`, at: item.span, hint: '- orders: { filter: "total > 0" }' }); // prettier-ignore
    return [];
  }
  for (const [name, { key }] of others)
    problems.add({
      message: `A transform entry is about one dataset; '${name}' is a second one`,
      at: key,
      hint: `Begin it as an entry of its own: - ${name}:`,
    });
  const [dataset, { key, value }] = first;
  const operations = value.kind === 'list' ? value.items : [value];
  if (operations.length === 0) problems.add({ message: `Nothing is done with ${dataset} here`, at: key });
  const steps = operations.flatMap((operation) => readOperation(operation, dataset, setting));
  return [{ entry: { dataset, steps: steps.map(({ entry }) => entry), place: placeOf(key, dataset) }, key, steps, atEnd: false }];
}

function readOperation(operation: YamlNode, dataset: string, setting: JobSetting): ReadStep[] {
  const { problems } = setting;
  const example = `- ${dataset}: { filter: "total > 0" }`;
  if (operation.kind !== 'map' || operation.entries.size === 0) {
    problems.add({ message: `A step is a name with its options, not ${describeNode(operation)}`, at: operation.span, hint: example });
    return [];
  }
  const [, second] = operation.entries.values();
  if (second !== undefined) {
    const names = [...operation.entries.keys()].join(', ');
    problems.add({ message: `There are several steps in one entry (${names}), and a map has no order`, at: second.key, hint: 'Make a list of them, each behind a dash of its own' }); // prettier-ignore
  }
  return [...operation.entries].flatMap(([name, { key, value }]) => readStep({ name, key, value, dataset }, setting));
}

interface StepNode {
  readonly name: string;
  readonly key: Span;
  readonly value: YamlNode;
  readonly dataset: string;
}

function readStep({ name, key, value, dataset }: StepNode, { steps, problems }: JobSetting): ReadStep[] {
  const definition = steps.get(name);
  if (definition === undefined) {
    problems.add({ message: `There is no step '${name}'`, at: key, hint: suggestion(name, steps.keys(), { what: 'Steps' }) });
    return [];
  }
  const parsed = parseNode(definition.options, value, problems, { what: `${name} of ${dataset}` });
  const entry = { name, options: parsed?.input, place: { ...placeOf(key, dataset), step: name } };
  return [{ entry, definition, parsed, key, node: value }];
}

function readCheck({ dataset, key, value }: { dataset: string; key: Span; value: YamlNode }, setting: JobSetting): ReadTransform {
  const steps = readStep({ name: 'check', key, value, dataset }, setting);
  return { entry: { dataset, steps: steps.map(({ entry }) => entry), place: placeOf(key, dataset) }, key, steps, atEnd: true };
}

const placeOf = ({ file, line, column }: Span, dataset: string) => ({ file, line, column, dataset });
