import type { LoadWorld } from './load-world.js';
import { targetName } from './prepare-target.js';
import type { Publishing } from './publishing.js';
import { matchKeys } from './row-conditions.js';

const columnsOf = ({ open, shape }: LoadWorld, alias?: string): string =>
  open.columns(
    shape.columns.map(({ name }) => name),
    alias,
  );

const insertion = (world: LoadWorld): string =>
  `insert into ${targetName(world)} (${columnsOf(world)}) select ${columnsOf(world, 'w')} from ${world.open.quote(world.staging)} w`;

/** Inserts all staged rows; answers how many. */
export const insertAll = ({ session, world }: Publishing): Promise<number> => session.run(insertion(world));

/** Inserts those whose key the table does not hold. */
export const insertAbsent = ({ session, world }: Publishing): Promise<number> =>
  session.run(`${insertion(world)} where not exists (select 1 from ${targetName(world)} t where ${matchKeys(world)})`);
