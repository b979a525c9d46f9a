import { EtlError, type PlanTarget } from '@etl/sdk';
import type { Count } from './compared-counts.js';
import type { LoadShape } from './load-shape.js';
import { matchKeys, type MatchingDialect } from './row-conditions.js';
import type { SqlLoadOptions } from './load-options.js';
import type { TableFacts } from './table-facts.js';
import type { TableName } from './table-name.js';

/** Rows of a load beside the table that they are for. */
export interface RowsForTable {
  readonly open: { readonly dialect: MatchingDialect };
  readonly target: Pick<PlanTarget, 'id' | 'mode'>;
  readonly shape: Pick<LoadShape, 'columns' | 'key'>;
  readonly name: TableName;
  /** null: it is made by the load. */
  readonly table: Pick<TableFacts, 'uniques'> | null;
  /** Relation of the rows, as SQL; each statement names it once. */
  readonly rows: string;
  readonly count: Count;
}

const quoted = ({ open: { dialect }, name }: Pick<RowsForTable, 'open' | 'name'>): string =>
  `${dialect.names.quote(name.schema)}.${dialect.names.quote(name.table)}`;

/** Finds before the publish what a UNIQUE or PRIMARY KEY of the table would refuse. Throws CONFLICT that names the columns. */
export async function refuseTakenValues(load: RowsForTable): Promise<void> {
  const { open, target, shape, name, table, rows, count } = load;
  const { mode } = target;
  if (table === null || (mode !== 'append' && mode !== 'replace' && mode !== 'replace-by')) return;
  const { quote } = open.dialect.names;
  const written = new Set(shape.columns.map((field) => field.name));
  for (const unique of table.uniques) {
    if (unique.length === 0 || !unique.every((column) => written.has(column))) continue;
    const filled = unique.map((column) => `w.${quote(column)} is not null`).join(' and ');
    const keys = unique.map((column) => `w.${quote(column)}`).join(', ');
    const dedupes = mode === 'replace' && shape.key.length > 0 && shape.key.every((column) => unique.includes(column));
    const doubled = `select count(*) n from ${rows} w where ${filled} group by ${keys} having count(*) > 1`;
    const twice = dedupes ? 0 : await count(`select count(*) from (${doubled}) k`);
    if (twice > 0) throw conflict(name.table, { unique, rows: twice, where: 'more than once in the load' });
    if (mode !== 'append') continue;
    const same = matchKeys({ open, shape: { columns: shape.columns, key: unique } });
    const there = await count(`select count(*) from ${rows} w where exists (select 1 from ${quoted(load)} t where ${same})`);
    if (there > 0) throw conflict(name.table, { unique, rows: there, where: `already in ${name.table}` });
  }
}

const conflict = (table: string, { unique, rows, where }: { unique: readonly string[]; rows: number; where: string }): EtlError =>
  new EtlError('CONFLICT', `${rows} values of ${unique.join(', ')}, which ${table} keeps unique, are ${where}`, {
    hint: 'Use mode merge or insert-new with this key, or dedupe before the load',
  });

/**
 * Without a unique constraint a key may stand in the table twice; which of the rows to change nobody can say. `condition`: which rows of the table `t` count;
 * null: all.
 */
export async function refuseRepeatedKeys(load: RowsForTable, condition: string | null): Promise<void> {
  const { open, name, shape, table, rows, count } = load;
  if (table === null || table.uniques.some((unique) => unique.length > 0 && unique.every((column) => shape.key.includes(column)))) return;
  const matched = `exists (select 1 from ${rows} w where ${matchKeys(load)})`;
  const where = condition === null ? matched : `${condition} and ${matched}`;
  const keys = shape.key.map((column) => `t.${open.dialect.names.quote(column)}`).join(', ');
  const repeated = await count(
    `select count(*) from (select count(*) n from ${quoted(load)} t where ${where} group by ${keys} having count(*) > 1) k`,
  );
  if (repeated === 0) return;
  throw new EtlError(
    'CONFLICT',
    `${name.table} holds ${repeated} keys (${shape.key.join(', ')}) more than once, so nobody can tell which row to change`,
    { hint: 'Remove the doubles from the table, or name a key that is unique in it' },
  );
}

interface Emptiness {
  readonly target: Pick<PlanTarget, 'id'>;
  readonly options: Pick<SqlLoadOptions, 'missing' | 'allow_empty'>;
  /** What this publish does about rows that the load does not bring. */
  readonly missing: SqlLoadOptions['missing'];
  /** Rows of the load. */
  readonly rows: number;
}

/** Throws CONFLICT where a load without rows would take every row of the table as gone. */
export function refuseEmpty({ target, options, missing, rows }: Emptiness): void {
  if (missing === 'keep' || rows > 0 || options.allow_empty) return;
  throw new EtlError(
    'CONFLICT',
    `Load ${target.id} brings no row, and missing: ${options.missing} would then take every row of the table as gone`,
    { hint: 'Write allow_empty: true where an empty source is right' },
  );
}
