import { quote, type Session } from '@etl/columnar';
import { EtlError } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import type { Missing } from './mode-statements.js';
import { targetName, type TargetWorld } from './ready-target.js';
import { matchKeys } from './row-conditions.js';
import { count, type StagedRows } from './staged-rows.js';
import type { TargetTable } from './target-table.js';

/** A publish at work, in the transaction of `session`. */
export interface Publishing {
  readonly session: Session;
  readonly world: LoadWorld;
  /** As it was before this publish; null: there was none. */
  readonly table: TargetTable | null;
  readonly staged: StagedRows;
  /** What this publish does about rows that the load does not bring. */
  readonly missing: Missing;
}

/** Throws CONFLICT where a load without rows would take every row of the table as gone. */
export function refuseEmpty({
  world: { target, options },
  staged,
  missing,
}: Pick<Publishing, 'staged' | 'missing'> & { world: TargetWorld }): void {
  if (missing === 'keep' || staged.rows > 0 || options.allow_empty) return;
  throw new EtlError(
    'CONFLICT',
    `Load ${target.id} brings no row, and missing: ${options.missing} would then take every row of the table as gone`,
    {
      hint: 'Write allow_empty: true where an empty source is right',
    },
  );
}

/** Without a unique constraint a key may stand in the table twice; which of the rows to change nobody can say. */
export async function refuseRepeatedKeys(
  { session, world, table, staged }: Pick<Publishing, 'session' | 'table' | 'staged'> & { world: TargetWorld },
  condition: string,
): Promise<void> {
  const { key } = world.shape;
  if (table === null || table.uniques.some((unique) => unique.length > 0 && unique.every((name) => key.includes(name)))) return;
  const keys = key.map((name) => `t.${quote(name)}`).join(', ');
  const matched = `exists (select 1 from ${staged.winners} as w where ${matchKeys(key)})`;
  const repeated = await count(
    session,
    `select count(*) as n from (select 1 from ${targetName(world)} as t where ${condition} and ${matched} group by ${keys} having count(*) > 1)`,
  );
  if (repeated === 0) return;
  throw new EtlError(
    'CONFLICT',
    `${world.name.table} holds ${repeated} keys (${key.join(', ')}) more than once, so nobody can tell which row to change`,
    {
      hint: 'Remove the doubles from the table, or name a key that is unique in it',
    },
  );
}
