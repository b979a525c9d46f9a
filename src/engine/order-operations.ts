import { EtlError } from '@etl/sdk';

interface Ordered {
  readonly dataset: string;
  readonly reads: readonly string[];
}

/**
 * Operations in an order in which everything that a read depends on is made before what is made of that read. As they stand in the job wherever
 * nothing speaks against it. `parents`: dataset that is read for each row of another, to that other.
 */
export function orderOperations<O extends Ordered>(operations: readonly O[], parents: ReadonlyMap<string, string>): readonly O[] {
  if (parents.size === 0) return operations;
  const ordered: O[] = [];
  const left = [...operations];
  while (left.length > 0) {
    const next = left.find(
      (operation, index) => !left.some((other, at) => other !== operation && mustPrecede(other, operation, at < index, parents)),
    );
    if (next === undefined)
      throw new EtlError(
        'CONFIG_INVALID',
        `The steps of ${[...new Set(left.map(({ dataset }) => dataset))].join(', ')} wait for each other`,
        {
          hint: 'A dataset that others are read for (each) is finished first: move its steps above those that use it together with them',
        },
      );
    ordered.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return ordered;
}

function mustPrecede(first: Ordered, second: Ordered, isBefore: boolean, parents: ReadonlyMap<string, string>): boolean {
  const touches = [...second.reads, second.dataset];
  if (isBefore && (touches.includes(first.dataset) || first.reads.includes(second.dataset))) return true;
  return touches.some((dataset) => ancestors(dataset, parents).has(first.dataset));
}

function ancestors(dataset: string, parents: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = parents.get(dataset); at !== undefined && !found.has(at); at = parents.get(at)) found.add(at);
  return found;
}
