import { EtlError, type Commit, type Cursors, type Json, type LoadCounts } from '@etl/sdk';
import { atTarget, placeOf } from './at-target.js';
import { assertEdge, type LedgerSummary } from './ledger.js';
import type { OpenLoad } from './open-load.js';
import { isPartial, warnOfKept } from './partial-load.js';
import type { PreparedRun } from './prepare-run.js';
import { readPlanOf } from './read-plans.js';

/** Seals every load: all rows are in their targets, counted there, and still invisible. Answers the rows by load. */
export async function sealAll(prepared: PreparedRun, opened: ReadonlyMap<string, OpenLoad>): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  for (const [name, { entry, load }] of opened) {
    const sealed = await atTarget(placeOf(entry), () => load.seal());
    rows.set(name, sealed.rows);
    await prepared.context.failpoint('engine.sealed');
  }
  return rows;
}

/** Cursors that are published with a load: those of the extracts it depends on. */
export function cursorsOf({ bound, plan, options }: PreparedRun, load: string): Cursors {
  if (options.limit !== null) return {};
  const entries = [...(bound.sources.get(load) ?? [])].map((dataset): [string, Json] => [dataset, readPlanOf(plan, dataset).until]);
  return Object.fromEntries(entries.filter(([, until]) => until !== null));
}

/** Makes every load visible, in the order of `after`; several loads of one connection in one transaction, where it has one. */
export async function publishAll(
  prepared: PreparedRun,
  opened: ReadonlyMap<string, OpenLoad>,
  rows: ReadonlyMap<string, number>,
): Promise<void> {
  const { context, ledger } = prepared;
  const summary = ledger.summary() as unknown as LedgerSummary & Json;
  warnOfKept(prepared);
  for (const group of publishGroups(inOrder([...opened.values()]))) {
    const pairs = group.map(({ entry, dataset, load }) => {
      const { name } = entry;
      const commit: Commit = {
        run: prepared.run,
        rows: rows.get(name) ?? 0,
        cursors: cursorsOf(prepared, name),
        summary,
        partial: isPartial(prepared, name),
      };
      return { entry, dataset, load, commit };
    });
    const counts = await publishGroup(pairs);
    for (const [index, { entry, dataset, commit }] of pairs.entries()) {
      const published = counts[index];
      if (published === undefined) throw new EtlError('INTERNAL', `Load ${entry.name} was published without an answer`);
      assertEdge(dataset ?? entry.name, { given: commit.rows, got: published.in });
      ledger.setLoad(entry.name, published);
    }
    await context.failpoint('engine.published');
  }
}

type Pair = OpenLoad & { readonly commit: Commit };

async function publishGroup(pairs: readonly Pair[]): Promise<readonly LoadCounts[]> {
  const [first] = pairs;
  const publish = first?.entry.connection.publish;
  if (first !== undefined && publish !== undefined && pairs.length > 1)
    return atTarget({ connection: first.entry.connectionName }, () => publish.call(first.entry.connection, pairs));
  const counts: LoadCounts[] = [];
  for (const { entry, load, commit } of pairs) counts.push(await atTarget(placeOf(entry), () => load.publish(commit)));
  return counts;
}

/** Neighbours of one connection that can publish together. */
function publishGroups(loads: readonly OpenLoad[]): OpenLoad[][] {
  const groups: OpenLoad[][] = [];
  for (const load of loads) {
    const group = groups.at(-1);
    const { connection } = load.entry;
    if (group !== undefined && group[0]?.entry.connection === connection && connection.publish !== undefined) group.push(load);
    else groups.push([load]);
  }
  return groups;
}

/** Transactional targets of one connection side by side, behind all loads that each names under `after`. */
function inOrder(loads: readonly OpenLoad[]): OpenLoad[] {
  const left = [...loads];
  const done: OpenLoad[] = [];
  const isReady = ({ entry }: OpenLoad): boolean => !left.some((other) => entry.after.includes(other.entry.name));
  while (left.length > 0) {
    const previous = done.at(-1)?.entry.connection;
    const ready = left.filter(isReady);
    const next = ready.find(({ entry }) => entry.connection === previous) ?? ready[0];
    if (next === undefined)
      throw new EtlError('CONFIG_INVALID', `Loads wait for each other: ${left.map(({ entry }) => entry.name).join(', ')}`);
    done.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return done;
}
