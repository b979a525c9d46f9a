import type { Commit, Load, Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { commitOf, sealAndPublish, writePart, type LoaderWorld, type LoadRequest } from '../loader-world.js';
import { expectCounts, expectStored } from './expect-stored.js';
import { rowsWith, smallLoad, smallSchema } from './small-table.js';

/** All or nothing, once and only once. */
export const loaderPublishTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  'shows nothing before publish': async (world) => {
    const { name, load, request } = await half(world, mode);
    const loader = await world.loader(name);
    const visible = loader.traits.visible === 'per-item';
    const during = await world.harness.rows(name);
    await load.seal();
    const sealed = await world.harness.rows(name);
    if (!visible) {
      expectEqual(during?.rows.length, 2, 'rows in the target before seal');
      expectEqual(sealed?.rows.length, 2, 'rows in the target after seal');
    }
    await load.publish(commitOf(request, 3));
    await expectStored(world, name, smallSchema, afterBoth(mode));
  },
  'counts at seal what was written': async (world) => {
    const { load } = await half(world, mode);
    expectEqual((await load.seal()).rows, 3, 'rows at seal');
    await load.discard();
  },
  'leaves nothing after discard': async (world) => {
    const { name, load, before } = await half(world, mode);
    await load.discard();
    if ((await world.loader(name)).traits.visible === 'at-publish') await expectStored(world, name, smallSchema, rowsWith([1, 2]));
    const { unfinished, published } = await world.state(name);
    expectEqual(unfinished, null, 'the unfinished load in the state');
    expectThat(published !== null, 'the load before is forgotten');
    expectEqual([...((await world.harness.objects?.()) ?? [])].sort(), before, 'objects in the target after discard');
    const request = smallLoad(name, mode, rowsWith([3, 4, 5]), { run: 'half' });
    const again = await (await world.begin(await world.loader(name), request)).part('p0');
    expectEqual(again.after, null, 'mark after discard');
  },
  'gives the first answer when the same run is published again': async (world) => {
    const { name, load, request } = await half(world, mode);
    const { counts } = await sealAndPublish(load, request);
    const again = await load.publish(commitOf({ ...request, run: 'half' }, 3));
    expectEqual(again, counts, 'counts of the second publish');
    await expectStored(world, name, smallSchema, afterBoth(mode));
  },
  'gives the first answer when the same run is loaded again': async (world) => {
    const { name, load, request } = await half(world, mode);
    const { counts } = await sealAndPublish(load, request);
    await load.suspend();
    const { published } = await world.state(name);
    expectEqual([published?.run, published?.counts], ['half', counts], 'what the state says was published');
    const second = await world.load({ ...request, rows: rowsWith([3, 4, 5]) });
    expectEqual(second.counts, counts, 'counts of the second load');
    await expectStored(world, name, smallSchema, afterBoth(mode));
  },
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
  'never publishes what does not balance': async (world) => {
    const { name, load, request } = await half(world, mode);
    const { rows } = await load.seal();
    await expectError(['UNBALANCED'], () => load.publish(commitOf(request, rows + 1)), 'publish of one row too many');
    await load.suspend();
    await expectStored(world, name, smallSchema, rowsWith([1, 2]));
    const { published, cursors } = await world.state(name);
    expectEqual([published?.run, cursors], ['before', { d: 1 }], 'published run and cursors after UNBALANCED');
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
    expectEqual(await world.harness.rows(name), null, 'target');
  },
  'publishes two loads together or neither': async (world) => {
    const connection = await world.open();
    if (connection.publish === undefined) return;
    const names = [world.fresh(), world.fresh()] as const;
    for (const rows of [4, 3]) {
      const loads: { load: Load; commit: Commit }[] = [];
      for (const name of names) {
        const request = smallLoad(name, mode, rowsWith([3, 4, 5]), { run: `together ${rows}` });
        const load = await world.begin(await world.loader(name, connection), request);
        const writer = await load.part('p0');
        await writePart(writer, request, { part: 'p0', rows: rowsWith([3, 4, 5]) });
        await writer.close();
        await load.seal();
        // The second load does not balance the first time.
        loads.push({ load, commit: commitOf(request, name === names[1] ? rows : 3) });
      }
      const publish = connection.publish.bind(connection);
      if (rows === 3) {
        const [first, second] = await publish(loads);
        for (const counts of [first, second]) expectCounts(counts ?? failed(), { inserted: 3 });
        continue;
      }
      await expectError(['UNBALANCED'], () => publish(loads), 'publish of two');
      for (const name of names) expectEqual((await world.state(name)).published, null, 'what was published of a pair that fails');
      for (const { load } of loads) await load.discard();
    }
    for (const name of names) await expectStored(world, name, smallSchema, rowsWith([3, 4, 5]));
  },
});

const failed = (): never => {
  throw new Error('publish() of two loads gave fewer than two counts');
};

const afterBoth = (mode: Mode): readonly (readonly (string | null)[])[] => rowsWith(mode === 'replace' ? [3, 4, 5] : [1, 2, 3, 4, 5]);

interface Half {
  readonly name: string;
  readonly load: Load;
  readonly request: LoadRequest;
  /** Names of all that was in the target before the load began. */
  readonly before: readonly string[];
}

/** A target of two rows, and a load of three more that is written and saved but not sealed. */
async function half(world: LoaderWorld, mode: Mode): Promise<Half> {
  const name = world.fresh();
  await world.load(smallLoad(name, mode, rowsWith([1, 2]), { run: 'before', cursors: { d: 1 } }));
  const before = [...((await world.harness.objects?.()) ?? [])].sort();
  const request = smallLoad(name, mode, rowsWith([3, 4, 5]), { run: 'half', cursors: { d: 2 } });
  const load = await world.begin(await world.loader(name), request);
  const writer = await load.part('p0');
  await writePart(writer, request, { part: 'p0', rows: rowsWith([3, 4, 5]) });
  await writer.close();
  return { name, load, request, before };
}
