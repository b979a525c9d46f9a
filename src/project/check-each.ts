import { fieldIndex, suggestion } from '@etl/sdk';
import { codeTexts } from './check-code-text.js';
import { sourcesOf } from './dataset-reads.js';
import type { ReadExtract } from './job-entries.js';
import type { ReadJobParts } from './job-parts.js';
import { placeholdersIn } from './placeholders.js';
import type { Problems } from './problem.js';
import { sqlParameters } from './sql-parameters.js';
import { spanAt, type YamlNode } from './yaml-node.js';

/** The dataset that a read depends on is there, does not depend on the read itself, and its columns are used. */
export function checkEach(parts: ReadJobParts, problems: Problems): void {
  const { extracted, extracts, transforms, params } = parts;
  const datasets = new Set([...extracted, ...transforms.map(({ entry }) => entry.dataset)]);
  for (const extract of extracts) {
    const { entry, node } = extract;
    const { each } = entry;
    if (each === undefined) continue;
    const at = spanAt(node, ['each', 'dataset']);
    if (!datasets.has(each.dataset))
      problems.add({
        message: `There is no dataset '${each.dataset}' to read ${entry.dataset} for`,
        at,
        hint: suggestion(
          each.dataset,
          [...datasets].filter((name) => name !== entry.dataset),
          { what: 'There are' },
        ),
      });
    else if (sourcesThrough(each.dataset, parts).has(entry.dataset))
      problems.add({
        message: `${entry.dataset} is read for each row of ${each.dataset}, which needs ${entry.dataset} itself`,
        at,
        hint: 'Give what is made of both another name',
      });
    for (const [index, column] of each.distinct.entries()) {
      const place = spanAt(node, ['each', 'distinct', index]);
      if (params.has(column))
        problems.add({
          message: `:${column} is a parameter of the job already`,
          at: place,
          hint: 'Rename the column of the dataset, or the parameter',
        });
      if (each.distinct.indexOf(column) < index) problems.add({ message: `distinct names ${column} twice`, at: place });
    }
    for (const [index, column] of each.include.entries())
      if (!each.distinct.includes(column))
        problems.add({
          message: `include names ${column}, which is not in distinct`,
          at: spanAt(node, ['each', 'include', index]),
          hint: `Columns are ${each.distinct.join(', ')}`,
        });
    checkUse(extract, each.distinct, problems);
    checkKnown(parts, extract, problems);
  }
}

/** A read that does not name what it depends on would give the same rows for each. */
function checkUse({ entry, node, connector }: ReadExtract, distinct: readonly string[], problems: Problems): void {
  if (connector === null) return;
  const used = new Set([
    ...codeTexts(node).flatMap(({ node: code }) => sqlParameters(code.source).map(({ name }) => name)),
    ...placeholdersBelow(node),
  ]);
  const unused = distinct.filter((column) => !used.has(column));
  if (unused.length === distinct.length)
    problems.add({
      message: `${entry.dataset} is read for each ${distinct.join(', ')}, but nothing in it depends on that`,
      at: spanAt(node, ['each', 'distinct']),
      hint: `Name it: where: "customer_id = :${distinct[0] ?? 'id'}"`,
    });
}

const placeholdersBelow = (node: YamlNode): string[] => {
  if (node.kind === 'scalar') return placeholdersIn(node.source);
  return (node.kind === 'list' ? [...node.items] : [...node.entries.values()].map(({ value }) => value)).flatMap(placeholdersBelow);
};

/** Columns that schemas.yaml knows, of a dataset that is used as it was extracted. */
function checkKnown({ transforms, schemas }: ReadJobParts, { entry: { each }, node }: ReadExtract, problems: Problems): void {
  if (each === undefined || transforms.some(({ entry }) => entry.dataset === each.dataset)) return;
  const schema = schemas.get(each.dataset);
  if (schema === undefined) return;
  for (const [index, column] of each.distinct.entries())
    if (fieldIndex(schema, column) < 0)
      problems.add({
        message: `${each.dataset} has no column '${column}'`,
        at: spanAt(node, ['each', 'distinct', index]),
        hint: suggestion(
          column,
          schema.fields.map(({ name }) => name),
          { what: 'Columns' },
        ),
      });
}

/** Datasets that one dataset may be made of, itself included, also through the datasets that its extracts are read for. */
export function sourcesThrough(
  dataset: string,
  { extracts, transforms }: Pick<ReadJobParts, 'extracts' | 'transforms'>,
): ReadonlySet<string> {
  const names = extracts.map(({ entry }) => entry.dataset);
  const found = new Set<string>();
  const queue = [dataset];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const source of sourcesOf(next, transforms, names)) {
      if (found.has(source)) continue;
      found.add(source);
      const parent = extracts.find(({ entry }) => entry.dataset === source)?.entry.each?.dataset;
      if (parent !== undefined) queue.push(parent);
    }
  return found;
}
