import type { Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual } from '../expect-equal.js';
import { sealAndPublish, writePart, type LoaderWorld } from '../loader-world.js';
import { expectStored } from './expect-stored.js';
import { rowsWith, smallLoad, smallSchema } from './small-table.js';

/** What is known of a load: its cursors, its summary, and nothing of any other load. */
export const loaderStateTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  'keeps cursors and summary with the rows': async (world) => {
    const name = world.fresh();
    const cursors = { orders: { at: '2026-03-29 02:30:00', ids: ['9007199254740993', 'o\'"\\😀'] }, rates: null };
    const summary = { steps: [{ in: 3, out: 2 }], text: 'ü\n' };
    await world.load(smallLoad(name, mode, rowsWith([1]), { cursors, summary, run: 'first' }));
    const first = await world.state(name);
    expectEqual([first.cursors, first.published?.summary], [cursors, summary], 'cursors and summary');
    await world.load(smallLoad(name, mode, rowsWith([2]), { cursors: { orders: 5 }, run: 'second' }));
    const second = await world.state(name);
    expectEqual(second.cursors, { orders: 5, rates: null }, 'cursors: those that a commit does not name stay');
    expectEqual(second.published?.run, 'second', 'published run');
  },
  'keeps the state of each load apart': async (world) => {
    const [one, two] = [world.fresh(), world.fresh()];
    const connection = await world.open();
    for (const [name, cursor] of [
      [one, 1],
      [two, 2],
    ] as const) {
      const loader = await world.loader(name, connection);
      const request = smallLoad(name, mode, rowsWith([cursor]), { cursors: { d: cursor } });
      const load = await world.begin(loader, request);
      const writer = await load.part('p0');
      await writePart(writer, request, { part: 'p0', rows: rowsWith([cursor]) });
      await writer.close();
      await sealAndPublish(load, request);
      await loader.close();
    }
    await world.shut(connection);
    expectEqual([(await world.state(one)).cursors, (await world.state(two)).cursors], [{ d: 1 }, { d: 2 }], 'cursors');
    await expectStored(world, one, smallSchema, rowsWith([1]));
    await expectStored(world, two, smallSchema, rowsWith([2]));
  },
  'knows nothing of a load that never ran, and asking changes nothing': async (world) => {
    const name = world.fresh();
    const never = { epoch: 0, cursors: {}, published: null, unfinished: null };
    expectEqual(await world.state(name), never, 'state');
    expectEqual(await world.state(name), never, 'state, asked again');
    expectEqual(await world.harness.rows(name, smallSchema), null, 'target');
  },
});
