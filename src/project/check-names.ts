import type { ReadJobParts } from './job-parts.js';
import type { Problems } from './problem.js';
import { childOf, type Span } from './yaml-node.js';

/** The job is called as its folder, and names that SQL would not tell apart do not meet. */
export function checkNames({ name, root, extracts, transforms }: ReadJobParts, problems: Problems): void {
  const written = childOf(root, 'name');
  if (written?.kind === 'scalar' && written.source !== '' && written.source !== name)
    problems.add({
      message: `The job is called '${written.source}', but its folder is jobs/${name}`,
      at: written.span,
      hint: `Rename one of them; etl run ${name} goes by the folder`,
    });
  const extract = childOf(root, 'extract');
  if (extract === undefined || (extract.kind === 'map' && extract.entries.size === 0))
    problems.add({ message: `job ${name} has no extract`, at: { ...root.span, length: 1 }, hint: 'A job reads at least one dataset' });
  const seen = new Map<string, { name: string; key: Span }>();
  const datasets = [
    ...extracts.map(({ entry, key }) => ({ name: entry.dataset, key })),
    ...transforms.map(({ entry, key }) => ({ name: entry.dataset, key })),
  ];
  for (const { name: dataset, key } of datasets) {
    const same = seen.get(dataset.toLowerCase());
    if (same === undefined) seen.set(dataset.toLowerCase(), { name: dataset, key });
    else if (same.name !== dataset)
      problems.add({
        message: `'${dataset}' and '${same.name}' in line ${same.key.line} are one name to SQL`,
        at: key,
        hint: 'Write both alike, or choose another name',
      });
  }
}
