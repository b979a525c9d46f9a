import { EtlError, isEtlError, noCounts, type Commit, type Load, type LoadCounts, type Loader, type LoadTarget } from '@etl/sdk';
import { guardOf, loadTag, takeLock } from './begin-load.js';
import type { SqlStatementOptions } from './load-options.js';
import { fenced } from './load-error.js';
import { LoadRecord } from './load-state.js';
import { inTransaction, type OpenDatabase } from './open-database.js';
import { publishTogether, runStatements, type Publishable } from './publish-loads.js';
import { loaderState } from './sql-loader.js';
import { createStateTables } from './state-tables.js';

/** A loader without rows: statements that run once for a run, in the transaction that also sets the state of the load. */
export function statementsLoader(open: OpenDatabase, options: SqlStatementOptions): Loader {
  return {
    traits: { visible: 'at-publish', resume: 'chunk', parts: 1 },
    ...loaderState(open),
    begin: (target) => beginStatements(open, options, target),
    close: async () => undefined,
  };
}

async function beginStatements(open: OpenDatabase, options: SqlStatementOptions, target: LoadTarget): Promise<StatementsLoad> {
  const tag = await loadTag(open, target.id);
  const holder = await open.pool.take({ access: 'write', tag });
  try {
    await takeLock(holder, target, tag);
    await createStateTables(open, holder);
    const record = new LoadRecord(open, holder, target.id);
    await inTransaction(holder, async () => {
      await record.advance(target.epoch);
      await record.dropParts();
      const { run, fingerprint, plan } = target;
      await record.setUnsealed({ run, fingerprint, plan, shape: '', staging: null });
    });
    return new StatementsLoad(open, { options, target, tag, release: () => open.pool.give(holder, { spoiled: true }) });
  } catch (error) {
    await open.pool.give(holder, { spoiled: true });
    throw error;
  }
}

interface Begun {
  readonly options: SqlStatementOptions;
  readonly target: LoadTarget;
  readonly tag: string;
  readonly release: () => Promise<void>;
}

/** One open load of statements. */
export class StatementsLoad implements Load {
  readonly open: OpenDatabase;
  readonly publishable: Publishable;
  readonly #begun: Begun;
  readonly #epoch: number;

  constructor(open: OpenDatabase, begun: Begun) {
    this.open = open;
    this.#begun = begun;
    this.#epoch = begun.target.epoch + 1;
    this.publishable = {
      tag: begun.tag,
      failpoint: (name) => open.database.context.failpoint(name),
      closeWriters: async () => undefined,
      release: begun.release,
      prepare: async () => undefined,
      tidy: async () => undefined,
      apply: (session, commit) =>
        guardOf(open, begun.target)(this.#epoch, async () => {
          const { id } = begun.target;
          const record = new LoadRecord(open, session, id);
          const { published, epoch } = await record.read();
          if (published?.run === commit.run) return { id, counts: published.counts, intent: null };
          if (epoch !== this.#epoch) throw fenced(id);
          await runStatements(open, session, begun.options).catch((error: unknown) => {
            throw placed(error);
          });
          await record.advance(this.#epoch);
          const { run, summary, cursors } = commit;
          await record.setPublished({ run, counts: noCounts, summary }, cursors);
          return { id, counts: noCounts, intent: null };
        }),
    };
  }

  part(): Promise<never> {
    throw new EtlError('INTERNAL', `Load ${this.#begun.target.id} is statements: it takes no rows`);
  }

  async seal(): Promise<{ readonly rows: number }> {
    return { rows: 0 };
  }

  async publish(commit: Commit): Promise<LoadCounts> {
    const [counts] = await publishTogether(this.open, [{ load: this.publishable, commit }]);
    return counts ?? noCounts;
  }

  suspend(): Promise<void> {
    return this.#begun.release();
  }

  async discard(): Promise<void> {
    const { target, tag, release } = this.#begun;
    try {
      await this.open.transaction(tag, async (session) => {
        const record = new LoadRecord(this.open, session, target.id);
        await record.advance(this.#epoch);
        await record.setUnsealed(null);
      });
    } finally {
      await release();
    }
  }
}

const placed = (error: unknown): unknown =>
  isEtlError(error) && error.code !== 'FENCED' ? new EtlError(error.code, `A statement of the load fails: ${error.message}`, { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error }) : error; // prettier-ignore
