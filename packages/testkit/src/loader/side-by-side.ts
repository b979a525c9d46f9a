import type { Connection, Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual } from '../expect-equal.js';
import { settleAll } from '../settle-all.js';
import { sealAndPublish, writePart, type LoaderWorld } from '../loader-world.js';
import { expectStored } from './expect-stored.js';
import { numbers, rowsWith, smallLoad, smallSchema } from './small-table.js';

/** Loads into several targets at once, as jobs have them. Registered before all others, so that they meet a target that nobody has loaded into. */
export const sideBySideTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  'loads into several targets of one connection at the same time': async (world) => {
    const connection = await world.open();
    await loadSeveral(world, mode, () => connection);
  },
  'loads into several targets through connections of their own at the same time': async (world) => {
    const connections = [await world.open(), await world.open(), await world.open()];
    await loadSeveral(world, mode, (number) => connections[number]);
  },
});

async function loadSeveral(world: LoaderWorld, mode: Mode, connectionOf: (number: number) => Connection | undefined): Promise<void> {
  const names = [world.fresh(), world.fresh(), world.fresh()];
  const rowsOf = (number: number): ReturnType<typeof rowsWith> => rowsWith(numbers(1, 50), ` of ${number}`);
  await settleAll(
    names.map(async (name, number) => {
      const request = smallLoad(name, mode, rowsOf(number), { cursors: { d: number }, size: 10 });
      const load = await world.begin(await world.loader(name, connectionOf(number)), request);
      const writer = await load.part('p0');
      for (let at = 0; at < 50; at += 10)
        await writePart(writer, request, { part: 'p0', rows: rowsOf(number).slice(at, at + 10), mark: at });
      await writer.close();
      await sealAndPublish(load, request);
    }),
  );
  for (const [number, name] of names.entries()) {
    await expectStored(world, name, smallSchema, rowsOf(number));
    expectEqual((await world.state(name)).cursors, { d: number }, `cursors of ${name}`);
  }
}
