import { EtlError, isEtlError, type Cursor, type Json, type LoadState, type Mode, type ParentColumns, type ReadPlan } from '@etl/sdk';
import type { EngineExtract, EngineLoad, RunOptions } from './engine-job.js';

/** From where an extract reads in this run. */
export interface ReadStart {
  readonly since: Cursor | null;
  readonly hold: number | null;
}

/** The plan of a whole run: made once, saved with every load and the spool, so that an interrupted run continues with the same bounds. */
export type EnginePlan = {
  readonly started: string;
  readonly extracts: { readonly [dataset: string]: SavedPlan };
};

type SavedPlan = { readonly start: Json; readonly plan: Json; readonly parents: Json };

export const readPlanOf = (plan: EnginePlan, dataset: string): ReadPlan => {
  const saved = plan.extracts[dataset];
  if (saved === undefined) throw new EtlError('STAGING_LOST', `The interrupted run did not read ${dataset}`);
  return saved.plan as unknown as ReadPlan;
};

/** The columns that a read depends on; null: none. */
export const parentColumnsOf = (plan: EnginePlan, dataset: string): ParentColumns | null =>
  (plan.extracts[dataset]?.parents ?? null) as unknown as ParentColumns | null;

/** A load that an extract feeds. */
export interface DependentLoad {
  readonly load: EngineLoad;
  /** No other extract feeds it. */
  readonly isAlone: boolean;
}

/** Rows that are read twice do no harm in these modes. */
const idempotent: ReadonlySet<Mode> = new Set(['merge', 'insert-new', 'replace-by', 'history']);

/**
 * Where to begin, from the cursors of the loads that depend on an extract. Loads that stand at different places begin together: from the
 * start where all of them can take a row twice. Throws CONFIG_INVALID where one of them cannot.
 */
export function readStart(
  { dataset, lag }: EngineExtract,
  loads: readonly DependentLoad[],
  states: ReadonlyMap<string, LoadState>,
  { fullRefresh }: RunOptions,
): ReadStart {
  // What is joined with others to be appended may be a list that every run needs whole.
  const appends = loads.some(({ load, isAlone }) => load.mode === 'append' && isAlone);
  const hold = appends ? (lag ?? 0) : null;
  if (fullRefresh || loads.length === 0) return { since: null, hold };
  const replaces = loads.filter(({ load }) => load.mode === 'replace');
  const cursors = loads
    .filter(({ load }) => load.mode !== 'replace')
    .map(({ load }) => ({ load, cursor: states.get(load.name)?.cursors[dataset] ?? null }));
  const distinct = new Set(cursors.map(({ cursor }) => JSON.stringify(cursor)));
  const [first] = cursors;
  if (replaces.length === 0 && distinct.size <= 1) return { since: first?.cursor ?? null, hold };
  const stuck = cursors.find(({ load, cursor }) => cursor !== null && !idempotent.has(load.mode));
  if (stuck === undefined) return { since: null, hold };
  throw new EtlError(
    'CONFIG_INVALID',
    `Load ${stuck.load.name} appends what is new in ${dataset}, but another load needs ${dataset} from the start`,
    {
      hint: 'Give each load its own extract, or use mode merge with a key',
      place: { dataset },
    },
  );
}

export interface PlannedRead {
  readonly start: ReadStart;
  readonly plan: ReadPlan;
  /** Null: it depends on no other dataset. */
  readonly parents: ParentColumns | null;
}

export async function planRead(
  extract: EngineExtract,
  start: ReadStart,
  { limit, parents }: Pick<RunOptions, 'limit'> & { readonly parents: ParentColumns | null },
): Promise<PlannedRead> {
  const plan = await extract.extractor
    .plan({
      ...start,
      // A read for each row of another dataset is cut by those rows
      parts: limit === null && parents === null ? extract.parallel : 1,
      ...(parents === null ? {} : { parents }),
      ...(limit === null ? {} : { limit }),
      ...(extract.schema === null ? {} : { schema: extract.schema }),
    })
    .catch((error: unknown) => {
      throw placed(error, extract);
    });
  return { start, plan, parents };
}

/** An error of a source with the dataset and connection that it concerns. */
export const placed = (error: unknown, { dataset, connection }: EngineExtract): unknown =>
  isEtlError(error) ? error.at({ dataset, connection }) : error;

export const sameStart = (a: ReadStart, b: ReadStart): boolean => JSON.stringify([a.since, a.hold]) === JSON.stringify([b.since, b.hold]);
