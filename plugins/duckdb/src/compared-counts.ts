import { quote, type Session } from '@etl/columnar';
import type { LoadCounts } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { valuesOf, type Missing } from './mode-statements.js';
import { refuseEmpty, refuseRepeatedKeys } from './publishing.js';
import { targetName, type TargetWorld } from './ready-target.js';
import { differ, matchKeys } from './row-conditions.js';
import { count, stagedRows, type StagedRows } from './staged-rows.js';
import type { TargetTable } from './target-table.js';
import { refuseUniqueConflicts } from './unique-conflicts.js';

/** A load whose rows are kept only to be compared. */
export type Compared = TargetWorld & Pick<LoadWorld, 'stagingSchema' | 'parts'>;

interface ComparedWith {
  /** The table that is there; null: none. */
  readonly found: TargetTable | null;
  /** The same where it stays, with its rows and columns; null: it is made anew. */
  readonly table: TargetTable | null;
  readonly missing: Missing;
}

interface Comparing extends ComparedWith {
  readonly session: Session;
  readonly world: Compared;
  readonly staged: StagedRows;
}

type Counts = Partial<LoadCounts>;

/** What a publish would answer, found by SELECTs alone. Throws what it would throw. */
export async function comparedCounts(session: Session, world: Compared, compared: ComparedWith): Promise<Counts> {
  const { mode } = world.target;
  await refuseUniqueConflicts(session, world);
  const staged = await stagedRows(session, world, mode === 'append' || mode === 'replace-by' ? [] : world.shape.key);
  const { deduplicated, winnerRows } = staged;
  const comparing: Comparing = { ...compared, session, world, staged };
  if (mode === 'merge' || mode === 'history') refuseEmpty(comparing);
  if (compared.table === null) return { deduplicated, inserted: winnerRows, deleted: await rowsOf(comparing) };
  return { deduplicated, ...(await modeCounts(comparing, compared.table)) };
}

/** Rows that go with a table that is made anew. */
const rowsOf = async ({ session, world, found }: Comparing): Promise<number> =>
  found === null ? 0 : count(session, `select count(*) as n from ${targetName(world)}`);

async function modeCounts(comparing: Comparing, table: TargetTable): Promise<Counts> {
  const { world, staged } = comparing;
  const { winnerRows } = staged;
  switch (world.target.mode) {
    case 'append':
      return { inserted: staged.rows };
    case 'replace':
      return { inserted: winnerRows, deleted: await rowsOf(comparing) };
    case 'replace-by':
      return { inserted: staged.rows, deleted: await matched(comparing, staged.all) };
    case 'insert-new': {
      const inserted = await absent(comparing, 'true');
      return { inserted, skipped: winnerRows - inserted };
    }
    case 'merge':
      return mergeCounts(comparing, table);
    case 'history':
      return historyCounts(comparing, table);
  }
}

async function mergeCounts(comparing: Comparing, table: TargetTable): Promise<Counts> {
  const { world, staged, missing } = comparing;
  await refuseRepeatedKeys({ ...comparing, table }, 'true');
  const { marked } = world.options;
  const hasMark = world.options.missing === 'mark' && has(table, marked);
  const differences = [...differencesOf(world, table), ...(hasMark ? [`t.${quote(marked)} is not null`] : [])];
  const updated = await changed(comparing, { differences, current: 'true' });
  const inserted = await absent(comparing, 'true');
  const gone = missing === 'mark' && hasMark ? `t.${quote(marked)} is null` : 'true';
  return { updated, inserted, unchanged: staged.winnerRows - updated - inserted, deleted: await left(comparing, gone) };
}

/** A table that lacks the columns of history yet has no current version of anything. */
async function historyCounts(comparing: Comparing, table: TargetTable): Promise<Counts> {
  const { world, staged } = comparing;
  const current = has(table, world.options.history.is_current) ? `t.${quote(world.options.history.is_current)}` : 'false';
  await refuseRepeatedKeys({ ...comparing, table }, current);
  const updated = await changed(comparing, { differences: differencesOf(world, table), current });
  const inserted = await absent(comparing, current);
  return { updated, inserted, unchanged: staged.winnerRows - updated - inserted, deleted: await left(comparing, current) };
}

const has = ({ fields }: TargetTable, name: string): boolean => fields.some((field) => field.name.toLowerCase() === name.toLowerCase());

/** A column that is still to be added is empty in every row of the table. */
const differencesOf = (world: Compared, table: TargetTable): string[] =>
  valuesOf(world).flatMap((name) => (has(table, name) ? differ([name]) : [`w.${quote(name)} is not null`]));

const changed = (
  { session, world, staged }: Comparing,
  { differences, current }: { differences: readonly string[]; current: string },
): Promise<number> =>
  differences.length === 0
    ? Promise.resolve(0)
    : count(
        session,
        `select count(*) as n from ${targetName(world)} as t join ${staged.winners} as w on ${matchKeys(world.shape.key)} where ${current} and (${differences.join(' or ')})`,
      );

const absent = ({ session, world, staged }: Comparing, current: string): Promise<number> =>
  count(
    session,
    `select count(*) as n from ${staged.winners} as w where not exists (select 1 from ${targetName(world)} as t where ${current} and ${matchKeys(world.shape.key)})`,
  );

const matched = ({ session, world }: Comparing, staged: string): Promise<number> =>
  count(
    session,
    `select count(*) as n from ${targetName(world)} as t where exists (select 1 from ${staged} as w where ${matchKeys(world.shape.key)})`,
  );

/** Rows of the table that left the source, where that matters. */
const left = async ({ session, world, staged, missing }: Comparing, which: string): Promise<number> =>
  missing === 'keep'
    ? 0
    : count(
        session,
        `select count(*) as n from ${targetName(world)} as t where ${which} and not exists (select 1 from ${staged.winners} as w where ${matchKeys(world.shape.key)})`,
      );
