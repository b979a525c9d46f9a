import type { LoadCounts, PlanTarget } from '@etl/sdk';
import type { ValueSyntax } from './dialect.js';
import { findColumn, type LoadShape } from './load-shape.js';
import type { SqlLoadOptions } from './load-options.js';
import { differ, matchKeys, valueColumns, type MatchingDialect } from './row-conditions.js';
import type { TableFacts } from './table-facts.js';

/** The one number that a select gives. */
export type Count = (select: string) => Promise<number>;

/** Rows of a load that are kept only to be compared. */
export interface ComparedRows {
  readonly target: Pick<PlanTarget, 'mode'>;
  readonly options: Pick<SqlLoadOptions, 'missing' | 'marked' | 'history'>;
  readonly shape: Pick<LoadShape, 'columns' | 'key'>;
  readonly open: { readonly dialect: MatchingDialect & { readonly values: Pick<ValueSyntax, 'isTrue'> } };
  /** The quoted name of the table that is there; null: none. */
  readonly found: string | null;
  /** The same table, where its rows and columns stay; null: it is made anew. */
  readonly table: Pick<TableFacts, 'fields'> | null;
  /** What becomes of rows that the load does not bring. */
  readonly missing: SqlLoadOptions['missing'];
  /** Relations as SQL: all rows, and the last of each key in source order. */
  readonly all: string;
  readonly winners: string;
  readonly rows: number;
  readonly winnerRows: number;
  readonly count: Count;
}

type Counts = Partial<LoadCounts>;

/** Conditions that every database reads: Oracle has no constants of truth. */
const always = '1 = 1';
const never = '1 = 0';

/**
 * What a publish would answer, found by SELECTs alone. Each names the rows of the load once, since MySQL opens a temporary table once in a statement.
 * Empty loads, repeated keys and unique conflicts are refused before.
 */
export async function comparedCounts(compared: ComparedRows): Promise<Counts> {
  const deduplicated = compared.rows - compared.winnerRows;
  if (compared.table === null) return { deduplicated, inserted: compared.winnerRows, deleted: await rowsOf(compared) };
  return { deduplicated, ...(await modeCounts(compared, compared.table)) };
}

/** Rows that go with those of a table that is made anew. */
const rowsOf = async ({ found, count }: ComparedRows): Promise<number> => (found === null ? 0 : count(`select count(*) from ${found}`));

async function modeCounts(compared: ComparedRows, table: Pick<TableFacts, 'fields'>): Promise<Counts> {
  const { target, rows, winnerRows, all } = compared;
  switch (target.mode) {
    case 'append':
      return { inserted: rows };
    case 'replace':
      return { inserted: winnerRows, deleted: await rowsOf(compared) };
    case 'replace-by':
      return { inserted: rows, deleted: await inTable(compared, `exists (select 1 from ${all} w where ${matchKeys(compared)})`) };
    case 'insert-new': {
      const inserted = await absent(compared, always);
      return { inserted, skipped: winnerRows - inserted };
    }
    case 'merge':
      return mergeCounts(compared, table);
    case 'history':
      return historyCounts(compared, table);
  }
}

async function mergeCounts(compared: ComparedRows, table: Pick<TableFacts, 'fields'>): Promise<Counts> {
  const { options, missing, winnerRows } = compared;
  const mark = options.missing === 'mark' ? ownColumn(compared, table, options.marked) : null;
  const differences = [...differencesOf(compared, table), ...(mark === null ? [] : [`${mark} is not null`])];
  const updated = await changed(compared, { differences, current: always });
  const inserted = await absent(compared, always);
  const deleted = await left(compared, missing === 'mark' && mark !== null ? `${mark} is null` : always);
  return { updated, inserted, unchanged: winnerRows - updated - inserted, deleted };
}

/** A table that lacks the columns of history yet has no current version of anything. */
async function historyCounts(compared: ComparedRows, table: Pick<TableFacts, 'fields'>): Promise<Counts> {
  const current = currentVersion(compared, table);
  const updated = await changed(compared, { differences: differencesOf(compared, table), current });
  const inserted = await absent(compared, current);
  return { updated, inserted, unchanged: compared.winnerRows - updated - inserted, deleted: await left(compared, current) };
}

/** Whether a row of the table is a current version, as a condition on `t`. */
export function currentVersion(compared: Pick<ComparedRows, 'options' | 'open'>, table: Pick<TableFacts, 'fields'>): string {
  const { values } = compared.open.dialect;
  const column = ownColumn(compared, table, compared.options.history.is_current);
  return column === null ? never : values.isTrue(column);
}

function ownColumn({ open: { dialect } }: Pick<ComparedRows, 'open'>, table: Pick<TableFacts, 'fields'>, name: string): string | null {
  const found = findColumn(table.fields, name, dialect);
  return found === undefined ? null : `t.${dialect.names.quote(found.name)}`;
}

/** A column that is still to be added is empty in every row of the table. */
function differencesOf(compared: ComparedRows, table: Pick<TableFacts, 'fields'>): string[] {
  const { dialect } = compared.open;
  return valueColumns(compared).flatMap((name) =>
    findColumn(table.fields, name, dialect) === undefined ? [`w.${dialect.names.quote(name)} is not null`] : differ(compared, [name]),
  );
}

const changed = (
  { found, winners, count, ...compared }: ComparedRows,
  { differences, current }: { readonly differences: readonly string[]; readonly current: string },
): Promise<number> =>
  differences.length === 0
    ? Promise.resolve(0)
    : count(
        `select count(*) from ${found ?? ''} t join ${winners} w on ${matchKeys(compared)} where ${current} and (${differences.join(' or ')})`,
      );

const absent = ({ found, winners, count, ...compared }: ComparedRows, current: string): Promise<number> =>
  count(`select count(*) from ${winners} w where not exists (select 1 from ${found ?? ''} t where ${current} and ${matchKeys(compared)})`);

const inTable = ({ found, count }: ComparedRows, condition: string): Promise<number> =>
  count(`select count(*) from ${found ?? ''} t where ${condition}`);

/** Rows of the table that left the source, where that matters. */
const left = (compared: ComparedRows, which: string): Promise<number> =>
  compared.missing === 'keep'
    ? Promise.resolve(0)
    : inTable(compared, `${which} and not exists (select 1 from ${compared.winners} w where ${matchKeys(compared)})`);
