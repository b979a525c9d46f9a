import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Extractor } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectThat } from '../expect-equal.js';
import type { Seeded } from '../extractor-harness.js';
import { requestFor, rowsOf, type ExtractorWorld } from '../extractor-world.js';
import { manyRows, manySchema } from '../hard-rows.js';
import { expectNothingOpened, openHandles } from '../open-handles.js';
import { withinSecond } from '../within-second.js';

/** A read that is broken off, aborted or very long. */
export const extractorEndTests: ContractTests<ExtractorWorld> = {
  'frees what it opened when the loop is broken off': async (world) => {
    const { seeded } = await world.many();
    const connection = await world.open();
    const extractor = await world.extractor(seeded.options, connection);
    await breakOff(extractor, seeded);
    const before = openHandles();
    for (let time = 0; time < 4; time++) await breakOff(extractor, seeded);
    await expectNothingOpened(before, 'after breaking off');
    await extractor.close();
  },
  'leaves no handle open after it was closed in the middle of a read': async (world) => {
    const { seeded } = await world.many();
    const readAndClose = async (): Promise<void> => {
      const connection = await world.open();
      const extractor = await world.extractor(seeded.options, connection);
      await breakOff(extractor, seeded);
      await extractor.close();
      await world.shut(connection);
    };
    await readAndClose();
    const before = openHandles();
    await readAndClose();
    await expectNothingOpened(before, 'after close');
  },
  'ends within a second when it is aborted, as CANCELLED and not as if complete': async (world) => {
    const { seeded } = await world.many();
    const plan = await world.plan(seeded);
    const abort = new AbortController();
    const extractor = await world.extractor(seeded.options, await world.open({ signal: abort.signal }));
    const [part] = plan.parts;
    if (part === undefined) throw new Error('a large source has no part');
    const reading = extractor.read(part, null)[Symbol.asyncIterator]();
    await reading.next();
    abort.abort();
    const rest = async (): Promise<void> => {
      while ((await reading.next()).done !== true);
    };
    await withinSecond(expectError(['CANCELLED'], rest, 'read after an abort'), 'the abort');
    await withinSecond(extractor.close(), 'close after an abort');
  },
  'hands out a large source in chunks, with flat memory': async (world) => {
    const width = 200;
    const count = Math.max(rowsOf(world.harness), 200_000);
    const seeded = await world.harness.seed(manySchema, manyRows(count, width));
    const plan = await world.plan(seeded);
    const extractor = await world.extractor(seeded.options);
    let rows = 0;
    let chunks = 0;
    let early: number | undefined;
    let late = 0;
    for (const part of plan.parts) {
      for await (const { batch } of extractor.read(part, null)) {
        rows += batch.length;
        chunks++;
        if (early === undefined && rows > count / 4) early = await memoryInUse();
        if (rows < (count * 3) / 4) continue;
        if (late === 0) late = await memoryInUse();
      }
    }
    await extractor.close();
    expectThat(rows === count, `${rows} rows of ${count} were read`);
    expectThat(chunks > 1, `all ${count} rows came in one chunk`);
    const growth = (late - (early ?? late)) / 2 ** 20;
    expectThat(growth < 16, `memory grew by ${growth.toFixed(1)} MB over ${count / 2} rows of ${width} bytes`);
  },
};

async function breakOff(extractor: Extractor, seeded: Seeded): Promise<void> {
  const plan = await extractor.plan(requestFor(seeded));
  for (const part of plan.parts) {
    for await (const { batch } of extractor.read(part, null)) {
      expectThat(batch.length > 0, 'the first chunk of a large source is empty');
      break;
    }
  }
}

/** Bytes that JavaScript still refers to, buffers included, after the collector ran. */
async function memoryInUse(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers that were freed are given back between two collections.
  collect();
  await new Promise((done) => setImmediate(done));
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
