import type { Session } from '@etl/columnar';
import {
  EtlError,
  noCounts,
  type Commit,
  type Load,
  type LoadCounts,
  type Loader,
  type LoadPlan,
  type LoadTarget,
  type PartWriter,
} from '@etl/sdk';
import type { DatabaseHolder } from './database-holder.js';
import { guardOf } from './fence-guard.js';
import { publishTogether, type Publishable } from './load.js';
import type { SqlStatementOptions } from '@etl/sql/rules';
import { advanceEpoch, createStateTables, readState, setPublished, setUnfinished } from './load-state.js';
import { loaderState, refuseReadOnly } from './loader-state.js';
import { runStatements } from './run-statements.js';

export interface OpenStatements {
  readonly holder: DatabaseHolder;
  readonly options: SqlStatementOptions;
  readonly target: LoadTarget;
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Loads that are only statements: one record of state each, as other loads have. */
export function statementsLoader(holder: DatabaseHolder, options: SqlStatementOptions): Loader {
  refuseReadOnly(holder);
  return {
    traits: { visible: 'at-publish', resume: 'restart', parts: 1 },
    ...loaderState(holder),
    async begin(target) {
      const guard = guardOf(holder, target);
      await guard(target.epoch, () =>
        holder.changing(async (session) => {
          await createStateTables(session);
          await advanceEpoch(session, target.id, target.epoch);
          const { run, fingerprint, plan } = target;
          await setUnfinished(session, target.id, { run, fingerprint, plan, shape: '' });
        }),
      );
      return new DuckDbStatements({ holder, options, target, guard: (work) => guard(target.epoch + 1, work) });
    },
    plan: async () => planStatements(options),
    close: async () => undefined,
  };
}

/** What such a load would do. */
export const planStatements = ({ statements }: SqlStatementOptions): LoadPlan => ({ target: '', columns: [], statements, problems: [] });

/** A load without rows: its statements run at publish, with those of the other loads of that transaction in their order. */
export class DuckDbStatements implements Load, Publishable {
  readonly holder: DatabaseHolder;
  readonly #open: OpenStatements;

  constructor(open: OpenStatements) {
    this.holder = open.holder;
    this.#open = open;
  }

  async part(): Promise<PartWriter> {
    throw new EtlError('INTERNAL', `Load ${this.#open.target.id} takes no rows`);
  }

  async seal(): Promise<{ readonly rows: number }> {
    return { rows: 0 };
  }

  async publish(commit: Commit): Promise<LoadCounts> {
    const [counts] = await publishTogether(this.holder, [{ load: this, commit }]);
    if (counts === undefined) throw new EtlError('INTERNAL', 'A publish gave no answer');
    return counts;
  }

  publishIn(session: Session, commit: Commit): Promise<LoadCounts> {
    const { target, options, guard, holder } = this.#open;
    return guard(async () => {
      const { published } = await readState(session, target.id);
      if (published?.run === commit.run) return published.counts;
      await advanceEpoch(session, target.id, target.epoch + 1);
      const { statements, params } = options;
      await runStatements(session, { option: 'statements', statements, params });
      await holder.context.failpoint('duckdb.stated');
      await setPublished(session, target.id, {
        published: { run: commit.run, counts: noCounts, summary: commit.summary },
        cursors: commit.cursors,
      });
      return noCounts;
    });
  }

  async suspend(): Promise<void> {
    // Nothing is open between begin and publish
  }

  async discard(): Promise<void> {
    const { target, guard, holder } = this.#open;
    await guard(() =>
      holder.changing(async (session) => {
        await advanceEpoch(session, target.id, target.epoch + 1);
        await setUnfinished(session, target.id, null);
      }),
    );
  }
}
