import type { Cursors, Json, LoadCounts, LoadId, LoadState, Mark, Published, Unfinished } from '@etl/sdk';
import { bound, joined, sql, type Fragment } from './fragment.js';
import { fenced } from './load-error.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import { haveStateTables, stateColumns, stateTables } from './state-tables.js';
import type { TableName } from './table-name.js';

/** What is kept of an unfinished load beside its marks. */
export interface Unsealed extends Omit<Unfinished, 'marks'> {
  /** Digest of the shape of the staging table. */
  readonly shape: string;
  /** null: a load of statements. */
  readonly staging: TableName | null;
}

export interface StagedPart {
  readonly part: string;
  readonly mark: Mark | null;
  /** Rows that are saved. */
  readonly rows: number;
  /** Number of the next row within the part: refused rows leave holes. */
  readonly next: number;
}

/** A publish whose renames are about to happen, where definitions commit by themselves. */
export interface Intent {
  readonly run: string;
  readonly counts: LoadCounts;
  readonly summary: Json;
  readonly cursors: Cursors;
  /** The staging table becomes the table; what that was gets the other name until it is dropped. */
  readonly staging: TableName;
  readonly table: TableName;
  readonly old: TableName | null;
}

/** Columns that a published replace did not bring: they go behind its commit, where definitions commit by themselves. */
export interface Leftover {
  readonly table: TableName;
  readonly columns: readonly string[];
}

export interface StoredState extends LoadState {
  readonly unsealed: Unsealed | null;
  readonly intent: Intent | null;
  readonly leftover: Leftover | null;
  readonly parts: readonly StagedPart[];
}

export const emptyState: StoredState = {
  epoch: 0,
  cursors: {},
  published: null,
  unfinished: null,
  unsealed: null,
  intent: null,
  leftover: null,
  parts: [],
};

/** What this loader itself wrote as JSON. */
const parsed = (text: string | null | undefined): unknown => (text == null ? null : JSON.parse(text));

/** One column of the state keeps what is still to be done of a publish, before its commit is complete or behind it. */
function pendingOf(pending: Intent | { readonly leftover: Leftover } | null): Pick<StoredState, 'intent' | 'leftover'> {
  if (pending === null) return { intent: null, leftover: null };
  return 'leftover' in pending ? { intent: null, leftover: pending.leftover } : { intent: pending, leftover: null };
}

/** The state of one load, in a session of the caller. */
export class LoadRecord {
  readonly #open: OpenDatabase;
  readonly #session: SqlSession;
  readonly #load: LoadId;

  constructor(open: OpenDatabase, session: SqlSession, load: LoadId) {
    this.#open = open;
    this.#session = session;
    this.#load = load;
  }

  get #id(): Fragment {
    return text(this.#load);
  }

  #column(name: string): string {
    return this.#open.dialect.names.quote(name);
  }

  async #tables(): Promise<{ readonly loads: string; readonly parts: string }> {
    const { loads, parts } = await stateTables(this.#open, this.#session);
    return { loads: this.#open.quote(loads), parts: this.#open.quote(parts) };
  }

  /** Changes nothing, also where the tables are not there yet. */
  async read(): Promise<StoredState> {
    if (!(await haveStateTables(this.#open, this.#session))) return emptyState;
    const { loads, parts } = await this.#tables();
    const [row] = await this.#open.rows(
      this.#session,
      sql`select ${this.#open.columns(['epoch', 'cursors', 'published', 'unfinished', 'intent'])} from ${loads} where ${this.#column('load')} = ${this.#id}`,
    );
    if (row === undefined) return emptyState;
    const [epoch, cursors, published, unfinished, intent] = row;
    const staged = await this.#open.rows(
      this.#session,
      sql`select ${this.#open.columns(['part', 'mark', 'rows', 'next'])} from ${parts} where ${this.#column('load')} = ${this.#id} and ${this.#column('epoch')} = ${number(Number(epoch))}`,
    );
    const unsealed = parsed(unfinished) as Unsealed | null;
    const stagedParts = staged.map(([part, mark, rows, next]): StagedPart => ({
      part: part ?? '',
      mark: parsed(mark) as Json,
      rows: Number(rows),
      next: Number(next),
    }));
    const marks = Object.fromEntries(stagedParts.flatMap(({ part, mark }) => (mark === null ? [] : [[part, mark]])));
    return {
      epoch: Number(epoch),
      cursors: (parsed(cursors) as Cursors | null) ?? {},
      published: parsed(published) as Published | null,
      unfinished: unsealed === null ? null : { run: unsealed.run, fingerprint: unsealed.fingerprint, plan: unsealed.plan, marks },
      unsealed,
      ...pendingOf(parsed(intent) as Intent | { readonly leftover: Leftover } | null),
      parts: stagedParts,
    };
  }

  /** Moves the epoch on, from the one that the caller knows, and with it the parts. Throws FENCED. */
  async advance(epoch: number): Promise<void> {
    const { loads, parts } = await this.#tables();
    const load = this.#column('load');
    const at = this.#column('epoch');
    if (epoch === 0)
      await this.#open.run(
        this.#session,
        sql`insert into ${loads} (${this.#open.columns(['load', 'epoch', 'cursors'])}) select ${this.#id}, ${number(0)}, ${text('{}')}${this.#open.dialect.values.dual} where not exists (select 1 from ${loads} x where x.${load} = ${this.#id})`,
      );
    const moved = await this.#open.run(
      this.#session,
      sql`update ${loads} set ${at} = ${number(epoch + 1)} where ${load} = ${this.#id} and ${at} = ${number(epoch)}`,
    );
    if (moved !== 1) throw fenced(this.#load);
    await this.#open.run(this.#session, sql`update ${parts} set ${at} = ${number(epoch + 1)} where ${load} = ${this.#id}`);
  }

  async #set(values: { readonly [column: string]: Json }): Promise<void> {
    const { loads } = await this.#tables();
    const assignments = Object.entries(values).map(
      ([column, value]) => sql`${this.#column(column)} = ${text(value === null ? null : JSON.stringify(value))}`,
    );
    await this.#open.run(this.#session, sql`update ${loads} set ${joined(assignments, ', ')} where ${this.#column('load')} = ${this.#id}`);
  }

  setCursors(cursors: Cursors): Promise<void> {
    return this.#set({ cursors });
  }

  setUnsealed(unsealed: Unsealed | null): Promise<void> {
    return this.#set({ unfinished: unsealed as Json });
  }

  /** null: nothing is left to be done, neither renames nor columns to drop. */
  setIntent(intent: Intent | null): Promise<void> {
    return this.#set({ intent: intent as Json });
  }

  /** Cursors that the publish does not name stay. `leftover` is to be dropped from now on. */
  async setPublished(published: Published, cursors: Cursors, leftover: Leftover | null = null): Promise<void> {
    const before = await this.read();
    await this.#set({
      published: published as unknown as Json,
      cursors: { ...before.cursors, ...cursors },
      unfinished: null,
      intent: leftover === null ? null : { leftover: leftover as unknown as Json },
    });
  }

  /** A row for each part, so that every save changes one that a later begin changes too. */
  async setParts(epoch: number, staged: readonly StagedPart[]): Promise<void> {
    await this.dropParts();
    const { parts } = await this.#tables();
    for (const { part, mark, rows, next } of staged)
      await this.#open.run(
        this.#session,
        sql`insert into ${parts} (${this.#open.columns(['load', 'part', 'epoch', 'mark', 'rows', 'next'])}) values (${this.#id}, ${text(part)}, ${number(epoch)}, ${text(mark === null ? null : JSON.stringify(mark))}, ${number(rows)}, ${number(next)})`,
      );
  }

  /** Saves mark and rows of a part in the caller's transaction. Throws FENCED where the epoch moved on. */
  async savePart(epoch: number, { part, mark, rows, next }: StagedPart): Promise<void> {
    const { parts } = await this.#tables();
    const saved = await this.#open.run(
      this.#session,
      sql`update ${parts} set ${this.#column('mark')} = ${text(JSON.stringify(mark))}, ${this.#column('rows')} = ${number(rows)}, ${this.#column('next')} = ${number(next)} where ${this.#column('load')} = ${this.#id} and ${this.#column('part')} = ${text(part)} and ${this.#column('epoch')} = ${number(epoch)}`,
    );
    if (saved !== 1) throw fenced(this.#load);
  }

  async dropParts(): Promise<void> {
    const { parts } = await this.#tables();
    await this.#open.run(this.#session, sql`delete from ${parts} where ${this.#column('load')} = ${this.#id}`);
  }
}

const text = (value: string | null): Fragment => bound(stateColumns.text, value);
const number = (value: number): Fragment => bound(stateColumns.number, String(value));
