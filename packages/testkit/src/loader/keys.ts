import type { Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { field, int64, schemaOf, text } from '../hard-rows.js';
import { project, type LoaderWorld } from '../loader-world.js';
import { expectCounts, expectStored } from './expect-stored.js';
import { row, rowsWith, smallLoad, smallSchema } from './small-table.js';

/** Keys in the modes that find rows by them. */
export const keyTests = (mode: Mode): ContractTests<LoaderWorld> => ({ ...duplicateTests(mode), ...foundByKeyTests(mode) });

const duplicateTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  [`${mode} takes the last of several rows with one key and counts the others`]: async (world) => {
    const name = world.fresh();
    const rows = [row(1, 'first'), row(2, 'only'), row(1, 'second'), row(3, 'x'), row(1, 'last'), row(3, null)];
    const { counts } = await world.load(smallLoad(name, mode, rows, { size: 2 }));
    expectCounts(counts, { inserted: 3, deduplicated: 3 });
    await expectStored(world, name, smallSchema, [row(1, 'last'), row(2, 'only'), row(3, null)]);
  },
  [`${mode} takes the last by the order of the parts`]: async (world) => {
    const name = world.fresh();
    const parts = { a: [row(1, 'a'), row(2, 'a')], b: [row(2, 'b'), row(3, 'b')], c: [row(3, 'c')] };
    const { counts } = await world.load(smallLoad(name, mode, [], { parts }));
    expectCounts(counts, { inserted: 3, deduplicated: 2 });
    await expectStored(world, name, smallSchema, [row(1, 'a'), row(2, 'b'), row(3, 'c')]);
  },
  [`${mode} rejects a null in the key, by its column, and loads the other rows`]: async (world) => {
    const name = world.fresh();
    const rows = [row(1, 'good'), row(null, 'bad'), row(2, 'good'), row(null, 'bad too')];
    const { counts, rejects } = await world.load(smallLoad(name, mode, rows));
    expectEqual(
      rejects.map(({ field: named }) => named),
      ['id', 'id'],
      'columns that the rejects name',
    );
    expectEqual(
      rejects.map(({ values }) => values[1]),
      ['bad', 'bad too'],
      'rows that the rejects keep',
    );
    expectThat(
      rejects.every(({ reason }) => reason.length > 0),
      'a reject gives no reason',
    );
    expectCounts(counts, { inserted: 2 });
    await expectStored(world, name, smallSchema, [row(1, 'good'), row(2, 'good')]);
  },
});

const foundByKeyTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  [`${mode} knows rows by a key of several columns`]: async (world) => {
    const name = world.fresh();
    const schema = { ...schemaOf(field('code', text), field('n', int64)), key: ['id', 'code'] };
    const load = { name, schema, mode, key: ['id', 'code'] };
    await world.load({
      ...load,
      rows: [
        ['1', 'a', '1'],
        ['2', '', '2'],
        ['1', 'b', '3'],
      ],
    });
    const { counts } = await world.load({
      ...load,
      rows: [
        ['1', 'b', '3'],
        ['2', ' ', '4'],
        ['1', 'a', '1'],
      ],
    });
    const kept = mode === 'insert-new' ? { skipped: 2 } : { unchanged: 2 };
    expectCounts(counts, { inserted: 1, ...kept });
    const order = (rows: readonly (readonly (string | null)[])[]): string[] => rows.map((one) => JSON.stringify(one)).sort();
    const expected = [
      ['1', 'a', '1'],
      ['2', '', '2'],
      ['1', 'b', '3'],
      ['2', ' ', '4'],
    ];
    expectEqual(order(project(await world.stored(name, schema), schema)), order(expected), 'rows');
  },
  [`${mode} works where every column is in the key`]: async (world) => {
    const name = world.fresh();
    const schema = { ...schemaOf(field('code', text)), key: ['id', 'code'] };
    const load = { name, schema, mode, key: ['id', 'code'] };
    await world.load({
      ...load,
      rows: [
        ['1', 'a'],
        ['2', 'a'],
      ],
    });
    const { counts } = await world.load({
      ...load,
      rows: [
        ['2', 'a'],
        ['3', 'a'],
      ],
    });
    expectCounts(counts, { inserted: 1, ...(mode === 'insert-new' ? { skipped: 1 } : { unchanged: 1 }) });
    await expectStored(world, name, schema, [
      ['1', 'a'],
      ['2', 'a'],
      ['3', 'a'],
    ]);
  },
  [`${mode} finds its rows among many`]: async (world) => {
    const name = world.fresh();
    const ids = Array.from({ length: 3000 }, (_, at) => at + 1);
    await world.load(smallLoad(name, mode, rowsWith(ids)));
    const { counts } = await world.load(smallLoad(name, mode, rowsWith(ids.filter((id) => id % 3 === 0).concat(5000))));
    expectCounts(counts, { inserted: 1, ...(mode === 'insert-new' ? { skipped: 1000 } : { unchanged: 1000 }) });
    await expectStored(world, name, smallSchema, rowsWith([...ids, 5000]));
  },
});
