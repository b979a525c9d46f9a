import { suggestion } from '@etl/sdk';
import type { ReadJobParts } from './job-parts.js';
import { datasetReads } from './dataset-reads.js';
import type { ReadTransform } from './job-entries.js';
import { datasetName } from './names.js';
import type { Problems } from './problem.js';
import type { Span } from './yaml-node.js';

/** Each entry of `transform` and `check` works on a dataset that is there by then, or makes one; what it reads is there too. */
export function checkDatasets({ extracted, transforms }: ReadJobParts, problems: Problems): void {
  const known = new Set(extracted);
  const last = new Set([
    ...known,
    ...transforms.filter(({ steps }) => steps[0]?.definition.creates === true).map(({ entry }) => entry.dataset),
  ]);
  for (const [index, transform] of transforms.entries()) {
    const { entry, key, steps, atEnd } = transform;
    const later = transforms.slice(index + 1);
    const reads = datasetReads(transform).filter((name) => !known.has(name));
    for (const name of reads)
      problems.add({ ...missingRead({ name, reader: entry.dataset, known, transforms, later }), at: steps[0]?.key ?? key });
    if (known.has(entry.dataset) || steps.length === 0) continue;
    if (steps[0]?.definition.creates === true && !atEnd) {
      if (!datasetName.safeParse(entry.dataset).success)
        problems.add({
          message: `'${entry.dataset}' cannot be the name of a dataset`,
          at: key,
          hint: 'Letters, digits and underscores, beginning with a letter',
        });
      known.add(entry.dataset);
      continue;
    }
    const made = later.find((other) => other.entry.dataset === entry.dataset && other.steps[0]?.definition.creates === true);
    problems.add({
      message: noDataset(entry.dataset, made?.key),
      at: key,
      hint: suggestion(entry.dataset, atEnd ? last : known, { what: 'There are' }),
    });
    known.add(entry.dataset);
  }
}

const noDataset = (name: string, made: Span | undefined): string =>
  made === undefined ? `There is no dataset '${name}'` : `The dataset '${name}' is made only in line ${made.line}, after this`;

interface MissingRead {
  readonly name: string;
  readonly reader: string;
  readonly known: ReadonlySet<string>;
  readonly transforms: readonly ReadTransform[];
  readonly later: readonly ReadTransform[];
}

function missingRead({ name, reader, known, transforms, later }: MissingRead): { message: string; hint: string | undefined } {
  const cycle = pathBetween(name, reader, transforms);
  if (cycle !== null)
    return {
      message: `The datasets need each other: ${[reader, ...cycle].join(' needs ')}`,
      hint: 'Take one of them out of the circle: datasets are made in order',
    };
  const made = later.find(({ entry }) => entry.dataset === name);
  if (made !== undefined)
    return { message: `${reader} reads '${name}', which is made only in line ${made.key.line}`, hint: 'Move that entry above this one' };
  return { message: `${reader} reads the dataset '${name}', which does not exist`, hint: suggestion(name, known, { what: 'There are' }) };
}

/** Datasets from one to another along what each reads, both included; null where there is no way. */
function pathBetween(from: string, to: string, transforms: readonly ReadTransform[]): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === to) break;
    const current = at;
    for (const transform of transforms.filter(({ entry }) => entry.dataset === current))
      for (const name of datasetReads(transform)) {
        if (cameFrom.has(name)) continue;
        cameFrom.set(name, current);
        queue.push(name);
      }
  }
  if (!cameFrom.has(to)) return null;
  const path: string[] = [];
  for (let at: string | null = to; at !== null; at = cameFrom.get(at) ?? null) path.unshift(at);
  return path;
}
