import type { Load, Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { commitOf, sealAndPublish, writePart, type LoaderWorld, type NamedLoad } from '../loader-world.js';
import { expectStored } from './expect-stored.js';
import { rowsWith, smallLoad, smallSchema } from './small-table.js';

/** All or nothing, once and only once. */
export const loaderPublishTests = (mode: Mode): ContractTests<LoaderWorld> => ({ ...allOrNothing(mode), ...onlyOnce(mode) });

const allOrNothing = (mode: Mode): ContractTests<LoaderWorld> => ({
  'shows nothing before publish': async (world) => {
    const { name, load, request } = await half(world, mode);
    const loader = await world.loader(name);
    const visible = loader.traits.visible === 'per-item';
    const during = await world.harness.rows(name, smallSchema);
    await load.seal();
    const sealed = await world.harness.rows(name, smallSchema);
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
  'never publishes what does not balance': async (world) => {
    const { name, load, request } = await half(world, mode);
    const { rows } = await load.seal();
    await expectError(['UNBALANCED'], () => load.publish(commitOf(request, rows + 1)), 'publish of one row too many');
    await load.suspend();
    await expectStored(world, name, smallSchema, rowsWith([1, 2]));
    const { published, cursors } = await world.state(name);
    expectEqual([published?.run, cursors], ['before', { d: 1 }], 'published run and cursors after UNBALANCED');
  },
});

const onlyOnce = (mode: Mode): ContractTests<LoaderWorld> => ({
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
});

const afterBoth = (mode: Mode): readonly (readonly (string | null)[])[] => rowsWith(mode === 'replace' ? [3, 4, 5] : [1, 2, 3, 4, 5]);

interface Half {
  readonly name: string;
  readonly load: Load;
  readonly request: NamedLoad;
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
