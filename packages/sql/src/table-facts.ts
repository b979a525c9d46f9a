import type { Field } from '@etl/sdk';
import type { CheckPlan } from './dialect.js';

/** A table or view as it is declared in the database. */
export interface TableFacts {
  readonly kind: 'table' | 'view';
  /** In their order, with the native type under `native`. Columns that the server computes are among them, see `generated`. */
  readonly fields: readonly Field[];
  /** Primary key, in its order; empty: there is none. */
  readonly key: readonly string[];
  /** Columns that take a value by themselves where a row brings none: defaults, identities. */
  readonly defaulted: ReadonlySet<string>;
  /** Columns that nobody may write. */
  readonly generated: ReadonlySet<string>;
  /** Conditions of CHECK constraints, as SQL, with the columns that they look at. Staging takes them over, so that a row is refused before it is published. */
  readonly checks: readonly CheckPlan[];
  /** Column lists of the primary key, UNIQUE constraints and unique indexes. */
  readonly uniques: readonly (readonly string[])[];
  /**
   * Columns and nothing else: no constraint, index, default, comment, grant, trigger, and nothing that depends on it. Only such a table may be
   * replaced by another of the same name; any other keeps what it has and gets its rows exchanged.
   */
  readonly isPlain: boolean;
  /**
   * Whether an insert that becomes an update where the key is taken does to the table no more than the update alone would: no trigger sees the insert. False also where the
   * dialect has no such statement.
   */
  readonly takesUpserts: boolean;
  /** Rows as the server guesses them without counting; null: it does not know. */
  readonly estimate: number | null;
  /**
   * What reading in order of the primary key costs: `free`, as the rows lie in that order (InnoDB; a heap filled in order), or `sort`. Where it is
   * free, reads are ordered by it, so that an interrupted one goes on behind the last key.
   */
  readonly keyOrder: 'free' | 'sort';
}
