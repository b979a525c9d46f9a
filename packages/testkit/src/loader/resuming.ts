import type { Json, Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual } from '../expect-equal.js';
import { sealAndPublish, writePart, writeRows, type LoaderWorld, type NamedLoad } from '../loader-world.js';
import { expectStored } from './expect-stored.js';
import { numbers, rowsWith, smallLoad, smallSchema } from './small-table.js';

const chunks = 5;
const size = 10;
const all = rowsWith(numbers(1, chunks * size));
const chunkOf = (number: number): typeof all => all.slice(number * size, (number + 1) * size);
const markOf = (number: number): Json => ({ position: { row: number, text: `o'"\\😀` }, done: false, counts: [number, null, true] });

/** An interrupted load goes on behind the last mark where it can, else from the start; no row is lost or doubled. */
export const loaderResumeTests = (mode: Mode): ContractTests<LoaderWorld> => ({ ...goesOn(mode), ...startsAgain(mode) });

const goesOn = (mode: Mode): ContractTests<LoaderWorld> => ({
  'goes on after an interruption behind each mark without a gap or a repeat': async (world) => {
    for (let saved = 0; saved <= chunks; saved++) {
      const request = smallLoad(world.fresh(), mode, all, { run: 'r1', plan: { until: '9007199254740993', parts: ['p0'] } });
      await interrupted(world, request, saved);
      const resumes = await resumable(world, request);
      const { unfinished } = await world.state(request.name);
      expectEqual(
        [unfinished?.run, unfinished?.fingerprint, unfinished?.plan],
        ['r1', 'f1', request.plan],
        'unfinished run, fingerprint and plan',
      );
      const marks = resumes && saved > 0 ? { p0: markOf(saved - 1) } : {};
      expectEqual(unfinished?.marks, marks, `marks after ${saved} saves`);
      await goOn(world, request, resumes ? saved : 0);
      await expectStored(world, request.name, smallSchema, all);
    }
  },
  'goes on after it was interrupted again and again': async (world) => {
    const request = smallLoad(world.fresh(), mode, all, { run: 'r1' });
    const resumes = await resumable(world, request);
    for (let saved = 0; saved < chunks; saved++) {
      const connection = await world.open();
      const load = await world.begin(await world.loader(request.name, connection), request);
      const writer = await load.part('p0');
      expectEqual(writer.after, resumes && saved > 0 ? markOf(saved - 1) : null, 'mark');
      await writePart(writer, request, { part: 'p0', rows: chunkOf(saved), mark: markOf(saved) });
      await load.suspend();
      await world.shut(connection);
    }
    await goOn(world, request, resumes ? chunks : 0);
    await expectStored(world, request.name, smallSchema, all);
  },
  'keeps the mark of each part': async (world) => {
    const parts = { a: chunkOf(0), b: chunkOf(1), c: chunkOf(2) };
    const request = smallLoad(world.fresh(), mode, [], { run: 'r1', parts });
    const resumes = await resumable(world, request);
    const connection = await world.open();
    const load = await world.begin(await world.loader(request.name, connection), request);
    for (const [part, number] of [
      ['a', 0],
      ['b', 1],
    ] as const) {
      const writer = await load.part(part);
      await writePart(writer, request, { part, rows: chunkOf(number), mark: markOf(number) });
      await writer.close();
    }
    await load.suspend();
    await world.shut(connection);
    const again = await world.begin(await world.loader(request.name), request);
    for (const [part, number] of [
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ] as const) {
      const writer = await again.part(part);
      const safe = resumes && number < 2;
      expectEqual(writer.after, safe ? markOf(number) : null, `mark of part ${part}`);
      if (!safe) await writePart(writer, request, { part, rows: chunkOf(number) });
      await writer.close();
    }
    await sealAndPublish(again, request);
    await expectStored(world, request.name, smallSchema, all.slice(0, 3 * size));
  },
});

const startsAgain = (mode: Mode): ContractTests<LoaderWorld> => ({
  'drops what is unfinished when the fingerprint changed': (world) =>
    startsAnew(world, smallLoad(world.fresh(), mode, all, { run: 'r1' }), { fingerprint: 'f2' }),
  'drops what another run left unfinished': (world) => startsAnew(world, smallLoad(world.fresh(), mode, all, { run: 'r1' }), { run: 'r2' }),
  'can be suspended and continued after an abort': async (world) => {
    const request = smallLoad(world.fresh(), mode, all, { run: 'r1' });
    const abort = new AbortController();
    const connection = await world.open({ signal: abort.signal });
    const load = await world.begin(await world.loader(request.name, connection), request);
    const writer = await load.part('p0');
    await writePart(writer, request, { part: 'p0', rows: chunkOf(0), mark: markOf(0) });
    abort.abort();
    await load.suspend();
    await world.shut(connection);
    await goOn(world, request, (await resumable(world, request)) ? 1 : 0);
    await expectStored(world, request.name, smallSchema, all);
  },
});

const resumable = async (world: LoaderWorld, { name }: NamedLoad): Promise<boolean> => (await world.loader(name)).traits.resume === 'chunk';

/** Saves so many chunks, writes another without saving it, and is suspended. */
async function interrupted(world: LoaderWorld, request: NamedLoad, saved: number): Promise<void> {
  const connection = await world.open();
  const load = await world.begin(await world.loader(request.name, connection), request);
  const writer = await load.part('p0');
  for (let number = 0; number < saved; number++)
    await writePart(writer, request, { part: 'p0', rows: chunkOf(number), mark: markOf(number) });
  if (saved < chunks) await writeRows(writer, request, { part: 'p0', rows: chunkOf(saved) });
  await load.suspend();
  await world.shut(connection);
}

/** Begins the same run in a connection of its own, writes the chunks that are not safe and publishes. */
async function goOn(world: LoaderWorld, request: NamedLoad, safe: number): Promise<void> {
  const load = await world.begin(await world.loader(request.name), request);
  const writer = await load.part('p0');
  expectEqual(writer.after, safe === 0 ? null : markOf(safe - 1), 'mark behind which the load goes on');
  for (let number = safe; number < chunks; number++)
    await writePart(writer, request, { part: 'p0', rows: chunkOf(number), mark: markOf(number) });
  await writer.close();
  const { counts } = await sealAndPublish(load, request);
  expectEqual(counts.in, all.length, 'rows of the load');
}

async function startsAnew(world: LoaderWorld, request: NamedLoad, change: Partial<NamedLoad>): Promise<void> {
  await interrupted(world, request, 3);
  const changed = { ...request, ...change };
  await goOn(world, changed, 0);
  await expectStored(world, request.name, smallSchema, all);
}
