import type { ReadPlan } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { expectRows } from '../expect-rows.js';
import type { ExtractorHarness, Seeded } from '../extractor-harness.js';
import type { ExtractorWorld, ReadResult } from '../extractor-world.js';
import { manyRows, manySchema } from '../hard-rows.js';
import { heldRows } from '../held-rows.js';

/** An interrupted read goes on exactly where it stopped. */
export function extractorResumeTests(harness: ExtractorHarness): ContractTests<ExtractorWorld> {
  return {
    'resumes after any position without a gap or a repeat': async (world) => {
      const { seeded, whole, plan } = await readMany(world);
      if (plan.resume === 'position') expectThat(whole.positions.length > 0, "the plan says resume: 'position', but no chunk has one");
      const [part] = plan.parts;
      if (part === undefined) throw new Error('a large source has no part');
      for (const { rows, position } of spread(whole.positions, 8)) {
        const rest = await world.read(seeded, part, { schema: plan.schema, after: position });
        expectRows(rest.rows, whole.rows.slice(rows), manySchema, `after ${JSON.stringify(position)}, ${rows} rows in`);
      }
    },
    'resumes again after it was resumed': async (world) => {
      const { seeded, whole, plan } = await readMany(world);
      const [part] = plan.parts;
      const first = whole.positions[0];
      if (part === undefined || first === undefined) return;
      const second = await world.read(seeded, part, { schema: plan.schema, after: first.position });
      const next = second.positions[0];
      if (next === undefined) return;
      const third = await world.read(seeded, part, { schema: plan.schema, after: next.position });
      expectRows(third.rows, whole.rows.slice(first.rows + next.rows), manySchema, 'after the second interruption');
    },
    'reads the same rows again from the start of a part': async (world) => {
      const { seeded, whole, plan, count } = await readMany(world);
      expectRows(whole.rows, heldRows(harness, manySchema, [...manyRows(count)]), manySchema, 'first read');
      const [part] = plan.parts;
      if (part === undefined) return;
      const again = await world.read(seeded, part, { schema: plan.schema });
      expectEqual(again.positions, whole.positions, 'positions of the second read');
      expectRows(again.rows, whole.rows, manySchema, 'second read');
    },
    ...(harness.change === undefined
      ? {}
      : {
          'says STALE_POSITION when the source changed behind a position': async (world: ExtractorWorld) => {
            const seeded = await world.harness.seed(manySchema, manyRows((await world.many()).count));
            const plan = await world.plan(seeded);
            const [part] = plan.parts;
            if (part === undefined) throw new Error('a large source has no part');
            const { positions } = await world.read(seeded, part, { schema: plan.schema });
            const [first] = positions;
            if (first === undefined) throw new Error('no chunk has a position');
            await harness.change?.(seeded);
            await expectError(['STALE_POSITION'], () => world.read(seeded, part, { schema: plan.schema, after: first.position }), 'read');
          },
        }),
  };
}

interface Whole {
  readonly seeded: Seeded;
  readonly count: number;
  readonly plan: ReadPlan;
  readonly whole: ReadResult;
}

async function readMany(world: ExtractorWorld): Promise<Whole> {
  const { seeded, count } = await world.many();
  const plan = await world.plan(seeded);
  expectEqual(plan.parts.length, 1, 'parts where one was asked for');
  const [part] = plan.parts;
  const whole = part === undefined ? { rows: [], positions: [] } : await world.read(seeded, part, { schema: plan.schema });
  return { seeded, count, plan, whole };
}

/** At most so many of them: the first, the last and some between. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, at) => items[Math.round((at * (items.length - 1)) / (most - 1))]).filter(
    (item) => item !== undefined,
  );
}
