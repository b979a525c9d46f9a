import { fieldIndex, suggestion, type Schema } from '@etl/sdk';
import type { ReadJobParts } from './job-parts.js';
import { sourcesThrough } from './check-each.js';
import type { ReadLoad, ReadStatements } from './job-entries.js';
import type { Problems } from './problem.js';
import { childOf, keyAt, spanAt } from './yaml-node.js';

const keyed: ReadonlySet<string> = new Set(['merge', 'insert-new', 'replace-by', 'history']);

/** What the loads name is there, each has what its mode needs, and none waits for itself. */
export function checkLoads(parts: ReadJobParts, problems: Problems): void {
  const { extracted, transforms, loads, statements } = parts;
  const datasets = new Set([...extracted, ...transforms.map(({ entry }) => entry.dataset)]);
  for (const load of loads) {
    const { entry, node } = load;
    if (!datasets.has(entry.dataset))
      problems.add({
        message: `There is no dataset '${entry.dataset}' to load`,
        at: spanAt(node, ['dataset']),
        hint: suggestion(entry.dataset, datasets, { what: 'There are' }),
      });
    checkKey(load, problems);
    checkColumns(load, knownColumns(entry.dataset, parts), problems);
    checkCursors(load, parts, problems);
    checkMissing(load, parts, problems);
  }
  const all = [...loads, ...statements].sort((a, b) => a.node.span.line - b.node.span.line || a.node.span.column - b.node.span.column);
  checkIds(all, problems);
  checkOrder(all, problems);
}

function checkKey({ entry: { mode, key }, node }: ReadLoad, problems: Problems): void {
  if (keyed.has(mode) && key.length === 0)
    problems.add({
      message: `The mode ${mode} needs a key`,
      at: spanAt(node, ['mode']),
      hint: 'Add key: [COLUMN], the columns that identify a row',
    });
  for (const [index, column] of key.entries())
    if (key.indexOf(column) < index) problems.add({ message: `The key names ${column} twice`, at: spanAt(node, ['key', index]) });
}

/** Columns of a dataset that is loaded as it was extracted, where schemas.yaml knows them. */
function knownColumns(dataset: string, { transforms, schemas }: ReadJobParts): Schema | null {
  const changed = transforms.some(({ entry, steps }) => entry.dataset === dataset && steps.some(({ entry: { name } }) => name !== 'check'));
  return changed ? null : (schemas.get(dataset) ?? null);
}

function checkColumns({ entry: { key, orderBy, add, dataset }, node }: ReadLoad, schema: Schema | null, problems: Problems): void {
  if (schema === null) return;
  const names = schema.fields.map(({ name }) => name);
  for (const [field, columns] of Object.entries({ key, order_by: orderBy }))
    for (const [index, column] of columns.entries())
      if (fieldIndex(schema, column) < 0 && !(column in add))
        problems.add({
          message: `${dataset} has no column '${column}'`,
          at: spanAt(node, [field, index]),
          hint: suggestion(column, names, { what: 'Columns' }),
        });
  for (const column of Object.keys(add))
    if (names.some((name) => name.toLowerCase() === column.toLowerCase()))
      problems.add({
        message: `${dataset} has a column '${column}' already`,
        at: keyAt(node, ['add', column]),
        hint: 'Choose another name',
      });
}

/** Identifiers are handed out in one order and committed in another: an append that begins behind the newest one would miss late rows for ever. */
function checkCursors({ entry: { mode, dataset } }: ReadLoad, parts: ReadJobParts, problems: Problems): void {
  if (mode !== 'append') return;
  const sources = sourcesThrough(dataset, parts);
  for (const { entry, node } of parts.extracts) {
    const { cursor } = entry;
    if (cursor === undefined || cursor.lag !== null || cursor.settled || !sources.has(entry.dataset)) continue;
    problems.add({
      message: `${entry.dataset} is appended by a cursor that states no lag: rows that are committed late would be missed`,
      at: spanAt(node, ['cursor']),
      hint: 'Add lag: 1 hour to the cursor, as long as a commit may take; or settled: true where no row is ever committed late; or load with merge',
    });
  }
}

/** Rows that left the source can only be told from a read of all that is there, in a mode that knows rows apart. */
function checkMissing({ entry: { id, mode, dataset, options }, node }: ReadLoad, parts: ReadJobParts, problems: Problems): void {
  const { missing } = options;
  if (missing !== 'delete' && missing !== 'mark') return;
  const at = spanAt(node, ['missing']);
  if (mode !== 'merge' && mode !== 'history')
    problems.add({ message: `missing: ${missing} goes with merge or history, not with ${mode}`, at, hint: 'Leave it out of this load' });
  const sources = sourcesThrough(dataset, parts);
  for (const { entry } of parts.extracts) {
    if (!sources.has(entry.dataset) || (entry.cursor === undefined && entry.options['only'] !== 'new')) continue;
    problems.add({
      message: `Load ${id} would ${missing} what it does not bring, but ${entry.dataset} is read only as far as it is new`,
      at,
      hint: `Read ${entry.dataset} whole for this load, in an extract without a cursor`,
    });
  }
}

/** A load or statements: both have a name and an order. */
type Named = ReadLoad | ReadStatements;

function checkIds(loads: readonly Named[], problems: Problems): void {
  const seen = new Map<string, Named>();
  for (const load of loads) {
    const { entry, node } = load;
    const earlier = seen.get(entry.id.toLowerCase());
    if (earlier === undefined) seen.set(entry.id.toLowerCase(), load);
    else
      problems.add({
        message: `Two loads are called '${entry.id}'; the first is in line ${earlier.node.span.line}`,
        at: spanAt(node, [childOf(node, 'id') === undefined ? 'dataset' : 'id']),
        hint: childOf(node, 'id') === undefined ? 'A load is called as its dataset unless it has an id: add one' : 'Change one of them',
      });
  }
}

function checkOrder(loads: readonly Named[], problems: Problems): void {
  const byId = new Map(loads.map((load) => [load.entry.id, load]));
  for (const { entry, node } of byId.values()) {
    for (const [index, name] of entry.after.entries())
      if (!byId.has(name))
        problems.add({
          message: `There is no load '${name}'`,
          at: spanAt(node, ['after', index]),
          hint: suggestion(
            name,
            [...byId.keys()].filter((id) => id !== entry.id),
            { what: 'Loads' },
          ),
        });
    const circle = circleFrom(entry.id, byId);
    if (circle !== null && circle.every((id) => entry.id <= id))
      problems.add({
        message: `The loads wait for each other: ${[...circle, entry.id].join(' after ')}`,
        at: spanAt(node, ['after']),
        hint: 'Remove one of the after',
      });
  }
}

/** The loads from this one back to it along `after`, or null. */
function circleFrom(start: string, byId: ReadonlyMap<string, Named>): string[] | null {
  const seen = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | null => {
    for (const next of byId.get(id)?.entry.after ?? []) {
      if (next === start) return [...path, id];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = visit(next, [...path, id]);
      if (found !== null) return found;
    }
    return null;
  };
  return visit(start, []);
}
