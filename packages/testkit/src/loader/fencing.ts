import type { Load, Mode, PartWriter } from '@etl/sdk';
import { isEtlError } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { loadId, sealAndPublish, writePart, writeRows, type LoaderWorld, type NamedLoad } from '../loader-world.js';
import { expectStored } from './expect-stored.js';
import { rowsWith, smallLoad, smallSchema } from './small-table.js';

/** Two runs never both load: the epoch decides. */
export const loaderFenceTests = (mode: Mode): ContractTests<LoaderWorld> => ({ ...twoRuns(mode), ...setStateTests(mode) });

const twoRuns = (mode: Mode): ContractTests<LoaderWorld> => ({
  'begin with an epoch that has moved on is FENCED': async (world) => {
    const name = world.fresh();
    const { epoch } = await world.state(name);
    await world.load(smallLoad(name, mode, rowsWith([1])));
    const late = smallLoad(name, mode, rowsWith([2]));
    await expectError(['FENCED'], async () => world.begin(await world.loader(name), late, epoch), 'begin');
    await expectStored(world, name, smallSchema, rowsWith([1]));
  },
  'of two runs at once only one loads': async (world) => {
    const name = world.fresh();
    const first = await started(world, smallLoad(name, mode, rowsWith([1, 2]), { run: 'first' }));
    const request = smallLoad(name, mode, rowsWith([3]), { run: 'second' });
    const second = await beginOrBusy(world, request);
    if (second === 'BUSY') {
      await finish(first);
      await expectStored(world, name, smallSchema, rowsWith([1, 2]));
      return;
    }
    await expectError(['FENCED'], () => finish(first), 'the older run');
    await writeAll(second, request);
    await expectStored(world, name, smallSchema, rowsWith([3]));
  },
  'a run that takes over fences the older one': async (world) => {
    const name = world.fresh();
    const first = await started(world, smallLoad(name, mode, rowsWith([1, 2]), { run: 'first' }));
    const request = smallLoad(name, mode, rowsWith([3]), { run: 'second', takeOver: true });
    const second = await world.begin(await world.loader(name), request);
    await expectError(['FENCED'], () => finish(first), 'the older run');
    await writeAll(second, request);
    await expectStored(world, name, smallSchema, rowsWith([3]));
  },
  'a fenced run that gives up does not harm the newer one': async (world) => {
    const name = world.fresh();
    const first = await started(world, smallLoad(name, mode, rowsWith([1, 2]), { run: 'first' }));
    const request = smallLoad(name, mode, rowsWith([3, 4]), { run: 'second', takeOver: true });
    const second = await world.begin(await world.loader(name), request);
    const writer = await second.part('p0');
    await writeRows(writer, request, { part: 'p0', rows: rowsWith([3]) });
    for (const giveUp of [() => first.load.suspend(), () => first.load.discard()]) await giveUp().catch(onlyFenced);
    await writePart(writer, request, { part: 'p0', rows: rowsWith([4]) });
    await writer.close();
    await sealAndPublish(second, request);
    await expectStored(world, name, smallSchema, rowsWith([3, 4]));
  },
});

const setStateTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  'sets cursors by compare and set': async (world) => {
    const name = world.fresh();
    await world.load(smallLoad(name, mode, rowsWith([1]), { cursors: { a: 1, b: 2 } }));
    const loader = await world.loader(name);
    const { epoch } = await loader.state(loadId(name));
    await loader.setState(loadId(name), epoch, { a: { since: '2026-01-01' } });
    const set = await world.state(name);
    expectEqual(set.cursors, { a: { since: '2026-01-01' } }, 'cursors');
    expectThat(set.epoch > epoch, 'the epoch did not move');
    expectThat(set.published !== null, 'what was published is forgotten');
    await expectError(['FENCED'], () => loader.setState(loadId(name), epoch, { a: 3 }), 'setState with the old epoch');
    await loader.setState(loadId(name), set.epoch, null);
    expectEqual((await world.state(name)).cursors, {}, 'cursors after they were forgotten');
  },
  'sets cursors before the first load': async (world) => {
    const name = world.fresh();
    await (await world.loader(name)).setState(loadId(name), 0, { a: 1 });
    expectEqual((await world.state(name)).cursors, { a: 1 }, 'cursors');
    await world.load(smallLoad(name, mode, rowsWith([1])));
    await expectStored(world, name, smallSchema, rowsWith([1]));
  },
  'a load that is open is FENCED when its state is set': async (world) => {
    const name = world.fresh();
    const first = await started(world, smallLoad(name, mode, rowsWith([1]), { run: 'first' }));
    const loader = await world.loader(name);
    const { epoch } = await loader.state(loadId(name));
    const set = async (): Promise<void> => loader.setState(loadId(name), epoch, { a: 9 });
    const refused = await set().then(
      () => false,
      (error: unknown) => isBusy(error),
    );
    if (refused) return;
    await expectError(['FENCED'], () => finish(first), 'the open load');
    expectEqual((await world.state(name)).cursors, { a: 9 }, 'cursors');
  },
});

interface Started {
  readonly request: NamedLoad;
  readonly load: Load;
  readonly writer: PartWriter;
}

/** A load in a connection of its own that has written its rows but saved nothing. */
async function started(world: LoaderWorld, request: NamedLoad): Promise<Started> {
  const load = await world.begin(await world.loader(request.name), request);
  const writer = await load.part('p0');
  await writeRows(writer, request, { part: 'p0', rows: request.rows ?? [] });
  return { request, load, writer };
}

async function finish({ request, load, writer }: Started): Promise<void> {
  await writer.flush();
  await writer.save({ done: true });
  await writer.close();
  await sealAndPublish(load, request);
}

async function writeAll(load: Load, request: NamedLoad): Promise<void> {
  const writer = await load.part('p0');
  await writePart(writer, request, { part: 'p0', rows: request.rows ?? [] });
  await writer.close();
  await sealAndPublish(load, request);
}

const beginOrBusy = async (world: LoaderWorld, request: NamedLoad): Promise<Load | 'BUSY'> => {
  try {
    return await world.begin(await world.loader(request.name), request);
  } catch (error) {
    if (isBusy(error)) return 'BUSY';
    throw error;
  }
};

const isBusy = (error: unknown): boolean => isEtlError(error) && error.code === 'BUSY';

const onlyFenced = (error: unknown): void => {
  if (!isEtlError(error) || error.code !== 'FENCED') throw error;
};
