import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, Chunk, PartWriter } from '@etl/sdk';
import fc from 'fast-check';
import { addColumns } from '../../src/engine/add-columns.js';
import { runLanePart, type LaneReject } from '../../src/engine/lane.js';
import { planStages, type StreamStage } from '../../src/transforms/index.js';
import {
  bindAll,
  openBench,
  runSteps,
  schemaOf,
  textsBatch,
  textsOf,
  type Bench,
  type StepWishes,
  type Texts,
} from '../transforms/run-steps.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const table = schemaOf({ id: 'integer', name: 'text', total: 'decimal(12,2)' });

const stepArbitrary = fc.constantFrom<StepWishes>(
  { filter: 'total >= 0' },
  { derive: { extra: "coalesce(name, '?') || id" } },
  { derive: { number: 'cast(name as integer)' } },
  { cast: { total: 'decimal(4,2)' } },
  { cast: { total: 'decimal(14,3)' } },
  { cast: { name: 'text(2)' } },
  { clean: { trim: true, case: 'upper' } },
  { rename: { name: 'name' } },
  { select: ['total', 'name', 'id'] },
);
const rowArbitrary = fc.tuple(
  fc.integer().map(String),
  fc.option(fc.oneof(fc.constantFrom('a', '', ' 7', '12'), fc.string({ unit: 'grapheme', maxLength: 5 }))),
  fc.option(fc.integer({ min: -99999, max: 99999 }).map((n) => (n / 100).toFixed(2))),
);

/** Chunks of two rows whose memory is written over as soon as it is given back; answers how often each was. */
function spoiledSource(rows: readonly Texts[]): { readonly chunks: Chunk[]; readonly released: number[] } {
  const released: number[] = [];
  const chunks: Chunk[] = [];
  for (let first = 0; first < rows.length; first += 2) {
    const batch = textsBatch(table, rows.slice(first, first + 2), first);
    const at = released.push(0) - 1;
    const release = (): void => {
      released[at] = (released[at] ?? 0) + 1;
      batch.text?.bytes.fill(0x21);
      batch.text?.index.fill(0);
    };
    chunks.push({ batch, rejects: [], position: first, release });
  }
  return { chunks, released };
}

/** Reads what it is given when it is flushed, or at once where it is `eager`, and gives it back then. */
function readingWriter(read: (batch: Batch) => void, isEager: boolean): PartWriter {
  const held: { readonly batch: Batch; readonly release: () => void }[] = [];
  const letGo = (): void => {
    for (const { batch } of held) read(batch);
    for (const { release } of held.splice(0)) release();
  };
  return {
    after: null,
    async write(batch, release = () => undefined) {
      held.push({ batch, release });
      if (isEager) letGo();
    },
    async flush() {
      letGo();
      return [];
    },
    save: async () => undefined,
    close: async () => undefined,
  };
}

async function runLane(stages: readonly StreamStage[], rows: readonly Texts[], isEager: boolean) {
  const output = stages.at(-1)?.output ?? table;
  const { chunks, released } = spoiledSource(rows);
  const written: Texts[] = [];
  const rejects: LaneReject[] = [];
  const counts = await runLanePart({
    stages,
    input: table,
    output,
    source: async function* () {
      yield* chunks;
    },
    writer: readingWriter((batch) => written.push(...textsOf(output, batch)), isEager),
    rejects: {
      append: async (more) => void rejects.push(...more),
      sync: async () => 0,
      truncate: async () => undefined,
      close: async () => undefined,
    },
    resources: bench.resources,
    checkpoint: { rows: 5, bytes: 1_000_000, milliseconds: 60_000 },
    failpoint: async () => undefined,
    onRows: () => undefined,
  });
  return { counts, written, rejects, released };
}

describe('a lane', () => {
  it('gives every batch back once, and never before what stands in it was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowArbitrary, { maxLength: 14 }),
        fc.array(stepArbitrary, { maxLength: 4 }),
        fc.record({ isEager: fc.boolean(), adds: fc.boolean() }),
        async (rows, wishes, { isEager, adds }) => {
          const expected = await runSteps(bench, table, rows, wishes);
          const steps = planStages(await bindAll(bench, table, wishes), table).filter((stage) => stage.kind === 'stream');
          const stages = [...steps, ...(adds ? addColumns({ batch_of: 'x', day: '' }, expected.schema) : [])];
          const { counts, written, rejects, released } = await runLane(stages, rows, isEager);
          expect(written).toEqual(adds ? expected.rows.map((row) => [...row, 'x', '']) : expected.rows);
          expect(rejects.map(({ step, reason, values }) => [step, reason, values])).toEqual(
            expect.arrayContaining(expected.rejects.map(({ step, reason, values }) => [step, reason, values])),
          );
          expect(counts).toMatchObject({ read: rows.length, written: expected.rows.length, refused: 0 });
          expect(released).toEqual(released.map(() => 1));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('refuses a stage that answers for fewer batches than it was given', async () => {
    const [stage] = addColumns({ day: 'x' }, table);
    if (stage === undefined) throw new Error('no stage');
    const operator = { apply: async () => [], close: async () => undefined };
    await expect(runLane([{ ...stage, open: async () => operator }], [['1', 'a', '2.00']], true)).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});
