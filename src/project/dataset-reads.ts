import type { ReadTransform } from './job-entries.js';

/** Other datasets that the steps of an entry name in their options. SQL names its tables itself: those are found when it is bound. */
export const datasetReads = ({ steps }: ReadTransform): string[] =>
  steps.flatMap(({ definition, parsed }) => (parsed === null ? [] : [...(definition.reads?.(parsed.data) ?? [])]));

/** Datasets that one dataset may be made of, itself included; SQL without a list of what it reads may read all that are there. */
export function sourcesOf(dataset: string, transforms: readonly ReadTransform[], extracts: readonly string[]): ReadonlySet<string> {
  const sources = new Set([dataset]);
  const entries = transforms.filter(({ atEnd }) => !atEnd);
  for (const [back, transform] of [...entries].reverse().entries()) {
    if (!sources.has(transform.entry.dataset)) continue;
    const open = transform.steps.some(({ definition }) => definition.creates && definition.reads === undefined);
    const before = open ? [...extracts, ...entries.slice(0, entries.length - 1 - back).map(({ entry }) => entry.dataset)] : [];
    for (const name of [...datasetReads(transform), ...before]) sources.add(name);
  }
  return sources;
}
