import type { Chunk, Extractor, Position, ReadPlan, ReadRequest, Reject } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import type { ExtractorHarness, OddSource } from '../extractor-harness.js';
import { requestFor, type ExtractorWorld } from '../extractor-world.js';
import { textRowsOf } from '../text-row.js';

/** Values that the column's type cannot say in canonical text: the row is rejected, the others are read. */
export function extractorOddValueTests({ odd }: ExtractorHarness): ContractTests<ExtractorWorld> {
  return odd === undefined ? {} : tests(odd);
}

const tests = (odd: () => Promise<OddSource>): ContractTests<ExtractorWorld> => ({
  'rejects the rows with values that no type can say, as they are, and hides no other': async (world) => {
    const source = await odd();
    const { good, rejects } = await readOdd(world, source);
    expectEqual(good.map(({ id }) => id).sort(), [...source.good].sort(), 'rows that are read');
    expectEqual(rejects.map(idOf).sort(), [...source.odd].sort(), 'rows that are rejected');
    for (const { reason, code, field, values } of rejects) {
      expectEqual([code, field], ['DATA_INVALID', source.field], 'code and column of a reject');
      expectThat(reason.includes(source.field), `the reason does not name the column: ${reason}`);
      const cell = values[1] ?? '';
      expectThat(cell !== '' && !reason.includes(cell), `the reason tells the value of the row: ${reason}`);
    }
    const numbers = [...good.map(({ number }) => number), ...rejects.map(numberOf)].sort((a, b) => a - b);
    expectEqual(numbers, Array.from(numbers, (_, at) => at), 'numbers of the rows'); // prettier-ignore
  },
  'rejects no row for a value that was not asked for': async (world) => {
    const source = await odd();
    const { good, rejects } = await readOdd(world, source, { columns: ['id'] });
    expectEqual([good.length, rejects.length], [source.good.length + source.odd.length, 0], 'rows and rejects');
  },
  'continues behind rejected rows without a gap or a repeat': async (world) => {
    const source = await odd();
    const { good, rejects, positions } = await readOdd(world, source);
    const all = [...good.map(({ id }) => id), ...rejects.map(idOf)].sort();
    expectThat(positions.length > 2, `there are ${positions.length} positions`);
    for (const at of [0, positions.length >> 1, positions.length - 1]) {
      const seen = positions[at];
      if (seen === undefined) continue;
      const rest = await readOdd(world, source, {}, seen.position);
      expectEqual([...seen.ids, ...rest.good.map(({ id }) => id), ...rest.rejects.map(idOf)].sort(), all, `rows behind position ${at}`);
    }
  },
  'never moves a cursor to a value that no type can say, and rejects such rows in every read': async (world) => {
    const source = await odd();
    const options = { ...source.options, cursor: { field: source.field, settled: true } };
    const first = await readOdd(world, { ...source, options });
    expectEqual(first.plan.until, source.newest, 'cursor');
    expectEqual([first.good.length, first.rejects.length], [source.good.length, source.odd.length], 'rows and rejects of the first read');
    const second = await readOdd(world, { ...source, options }, { since: first.plan.until });
    expectEqual([second.plan.until, second.good.length, second.rejects.length], [source.newest, 0, source.odd.length], 'the next read');
    const held = await readOdd(world, { ...source, options }, { hold: 0 });
    expectEqual([held.plan.until, held.good.length], [source.newest, source.good.length], 'a read that is appended');
  },
});

interface Read {
  readonly plan: ReadPlan;
  readonly good: readonly { readonly id: string; readonly number: number }[];
  readonly rejects: readonly Reject[];
  /** With the rows, good or not, up to each. */
  readonly positions: readonly { readonly position: Position; readonly ids: readonly string[] }[];
}

const idOf = ({ values }: Reject): string => values[0] ?? '';
const numberOf = ({ origin }: Reject): number => origin?.first ?? -1;

async function readOdd(
  world: ExtractorWorld,
  { options }: Pick<OddSource, 'options'>,
  request: Partial<ReadRequest> = {},
  after: Position | null = null,
): Promise<Read> {
  const extractor: Extractor = await world.extractor(options);
  const plan = await extractor.plan(requestFor({ options }, request));
  const good: { id: string; number: number }[] = [];
  const rejects: Reject[] = [];
  const positions: { position: Position; ids: readonly string[] }[] = [];
  for (const part of plan.parts)
    for await (const chunk of extractor.read(part, after)) {
      good.push(...goodRows(plan, chunk));
      rejects.push(...chunk.rejects);
      const ids = (): string[] => [...good.map(({ id }) => id), ...rejects.map(idOf)];
      if (chunk.position !== null) positions.push({ position: chunk.position, ids: ids() });
    }
  await extractor.close();
  return { plan, good, rejects, positions };
}

const goodRows = ({ schema }: ReadPlan, { batch }: Chunk): { id: string; number: number }[] =>
  textRowsOf(schema, batch).map(([id], at) => ({
    id: id ?? '',
    number: batch.origin?.numbers?.[at] ?? (batch.origin?.first ?? 0) + at,
  }));
