import { EtlError, isEtlError, type Cursor, type Json, type Loader, type LoadState } from '@etl/sdk';

/** A load of a job with its loader open. */
export interface StatefulLoad {
  /** `job/load` */
  readonly id: string;
  readonly dataset: string;
  readonly loader: Loader;
}

/** What a load remembers, with the epoch that a change is compared with. */
export interface LoadCursors extends Pick<LoadState, 'epoch' | 'cursors'> {
  readonly load: string;
  readonly dataset: string;
  /** The run that was published last, or null. */
  readonly published: string | null;
  /** The run whose staging waits in the target, or null. */
  readonly unfinished: string | null;
}

export async function readCursors(loads: readonly StatefulLoad[]): Promise<LoadCursors[]> {
  const found: LoadCursors[] = [];
  for (const { id, dataset, loader } of loads) {
    const { epoch, cursors, published, unfinished } = await loader.state(id);
    found.push({ load: id, dataset, epoch, cursors, published: published?.run ?? null, unfinished: unfinished?.run ?? null });
  }
  return found;
}

export interface CursorChange {
  readonly load: string;
  readonly dataset: string;
  readonly before: Cursor | null;
  /** Null: forgotten, the next run reads everything. */
  readonly after: Cursor | null;
}

/** A change of one dataset's cursor in some loads; only what differs. `after` null forgets it. */
export const changesTo = (states: readonly LoadCursors[], dataset: string, after: Cursor | null): CursorChange[] =>
  states.flatMap(({ load, cursors }) => {
    const before = own(cursors, dataset);
    return same(before, after) ? [] : [{ load, dataset, before, after }];
  });

const own = (cursors: { readonly [dataset: string]: Cursor }, dataset: string): Cursor | null =>
  Object.hasOwn(cursors, dataset) ? (cursors[dataset] ?? null) : null;

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Applies changes, one compare-and-set a load. Throws FENCED when a run has published in between: loads before that one are
 * changed, which the error names.
 */
export async function applyChanges(
  loads: readonly StatefulLoad[],
  states: readonly LoadCursors[],
  changes: readonly CursorChange[],
): Promise<void> {
  const done: string[] = [];
  for (const { id, loader } of loads) {
    const own = changes.filter(({ load }) => load === id);
    const state = states.find(({ load }) => load === id);
    if (own.length === 0 || state === undefined) continue;
    const next = new Map(Object.entries(state.cursors));
    for (const { dataset, after } of own) {
      if (after === null) next.delete(dataset);
      else next.set(dataset, after);
    }
    try {
      await loader.setState(id, state.epoch, next.size === 0 ? null : Object.fromEntries(next));
    } catch (cause) {
      if (done.length === 0 || !isEtlError(cause)) throw cause;
      throw new EtlError(cause.code, `${cause.message}; already changed: ${done.join(', ')}`, {
        hint: 'Look with etl state list, then repeat the command',
        cause,
      });
    }
    done.push(id);
  }
}

/**
 * The loads of a job in which a dataset's cursor counts: those that have it, load it, or load something made in the job (which may be
 * made from it). Throws USAGE when no extract has that name.
 */
export function loadsOf(states: readonly LoadCursors[], dataset: string, extracts: readonly string[]): LoadCursors[] {
  if (!extracts.includes(dataset) && !states.some(({ cursors }) => Object.hasOwn(cursors, dataset))) {
    throw new EtlError('USAGE', `The job extracts no dataset ${dataset}`, { hint: `It extracts: ${extracts.join(', ')}` });
  }
  return states.filter((state) => Object.hasOwn(state.cursors, dataset) || state.dataset === dataset || !extracts.includes(state.dataset));
}

/**
 * A cursor as typed: JSON where it begins like an object, a list or a text in quotes, else text (or a number, where the cursor so far is one).
 * Throws USAGE for broken JSON and where the cursor so far has another shape.
 */
export function parseCursor(typed: string, before: Cursor | null): Cursor {
  const cursor = valueOf(typed, before);
  if (before === null || kind(cursor) === kind(before)) return cursor;
  throw new EtlError('USAGE', `The cursor is ${kind(cursor)}, the one so far is ${kind(before)}`, {
    hint: `So far: ${JSON.stringify(before)}. Give the same shape, or forget the old one first (etl state reset)`,
  });
}

function valueOf(typed: string, before: Cursor | null): Cursor {
  if (typeof before === 'number' && /^-?\d+(\.\d+)?$/.test(typed) && String(Number(typed)) === typed) return Number(typed);
  if (!/^\s*[[{"]/.test(typed)) return typed;
  try {
    return JSON.parse(typed) as Cursor;
  } catch (cause) {
    throw new EtlError('USAGE', 'The cursor begins like JSON but is none', { hint: `Put a text into quotes: '"…"'`, cause });
  }
}

const kind = (cursor: Json): string => {
  if (Array.isArray(cursor)) return 'a list';
  return cursor !== null && typeof cursor === 'object' ? 'an object' : `a ${typeof cursor}`;
};
