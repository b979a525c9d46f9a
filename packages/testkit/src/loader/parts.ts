import type { Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { settleAll } from '../settle-all.js';
import { sealAndPublish, writePart, writeRows, type LoaderWorld } from '../loader-world.js';
import { expectNothingOpened, openHandles } from '../open-handles.js';
import { expectCounts, expectStored } from './expect-stored.js';
import { numbers, row, rowsWith, smallLoad, smallSchema } from './small-table.js';

/** Parts side by side, and what is left open. */
export const loaderPartTests = (mode: Mode, keyed: Mode | undefined): ContractTests<LoaderWorld> => ({
  'says how many parts it takes side by side': async (world) => {
    const { parts } = (await world.loader(world.fresh())).traits;
    expectThat(Number.isSafeInteger(parts) && parts >= 1, `traits.parts is ${parts}`);
  },
  'takes parts side by side, as many as it says': async (world) => {
    const name = world.fresh();
    const loader = await world.loader(name);
    const width = Math.min(loader.traits.parts, 4);
    const ids = Array.from({ length: width }, (_, part) => numbers(part * 100 + 1, part * 100 + 60));
    const parts = Object.fromEntries(ids.map((list, part) => [`part ${part}`, rowsWith(list)]));
    const request = smallLoad(name, mode, [], { parts, size: 10 });
    const load = await world.begin(loader, request);
    await settleAll(
      Object.entries(parts).map(async ([part, rows]) => {
        const writer = await load.part(part);
        for (let at = 0; at < rows.length; at += 20) {
          await writeRows(writer, request, { part, rows: rows.slice(at, at + 20), first: at });
          await writer.flush();
          await writer.save({ at });
        }
        await writer.close();
      }),
    );
    const { counts } = await sealAndPublish(load, request);
    expectEqual(counts.in, width * 60, 'rows of all parts');
    await expectStored(world, name, smallSchema, rowsWith(ids.flat()));
  },
  ...(keyed === undefined
    ? {}
    : {
        'takes the last row by the order of the parts, whichever part arrives first': async (world: LoaderWorld) => {
          const name = world.fresh();
          const loader = await world.loader(name);
          if (loader.traits.parts < 2) return;
          const parts = { early: [row(1, 'early'), row(2, 'early')], late: [row(1, 'late')] };
          const request = smallLoad(name, keyed, [], { parts });
          const load = await world.begin(loader, request);
          for (const part of ['late', 'early'] as const) {
            const writer = await load.part(part);
            await writePart(writer, request, { part, rows: parts[part] });
            await writer.close();
          }
          expectCounts((await sealAndPublish(load, request)).counts, { inserted: 2, deduplicated: 1 });
          await expectStored(world, name, smallSchema, [row(1, 'late'), row(2, 'early')]);
        },
      }),
  'leaves no handle open after a load that was published, suspended or discarded': async (world) => {
    const whole = (): Promise<unknown> => world.load(smallLoad(world.fresh(), mode, rowsWith([1, 2])));
    const brokenOff = async (end: 'suspend' | 'discard'): Promise<void> => {
      const connection = await world.open();
      const request = smallLoad(world.fresh(), mode, rowsWith([1, 2]));
      const loader = await world.loader(request.name, connection);
      const load = await world.begin(loader, request);
      await writeRows(await load.part('p0'), request, { part: 'p0', rows: rowsWith([1]) });
      await load[end]();
      await loader.close();
      await world.shut(connection);
    };
    const all = async (): Promise<void> => {
      await whole();
      await brokenOff('suspend');
      await brokenOff('discard');
    };
    await all();
    const before = openHandles();
    await all();
    await expectNothingOpened(before, 'after the loads');
  },
});
