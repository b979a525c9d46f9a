import { modes as allModes, type Load, type LoadCounts, type Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import type { LoaderWorld } from '../loader-world.js';
import { historyTests } from './history.js';
import { keyTests } from './keys.js';
import { expectCounts, expectStored } from './expect-stored.js';
import { field, int64, schemaOf, text } from '../hard-rows.js';
import { row, rowsWith, smallLoad, smallSchema } from './small-table.js';

type ModeTests = Partial<Record<Mode, ContractTests<LoaderWorld>>>;

/** What each write mode does to a target that has rows, with exact counts; a mode that is not offered is refused. */
export function loaderModeTests(offered: readonly Mode[]): ContractTests<LoaderWorld> {
  const missing = allModes.filter((mode) => !offered.includes(mode));
  const keyed = offered.filter((mode) => mode === 'merge' || mode === 'insert-new' || mode === 'history');
  return Object.assign(
    {},
    ...offered.map((mode) => byMode[mode] ?? {}),
    ...keyed.map(keyTests),
    ...offered.map(emptyTests),
    ...missing.map(refusal),
  ) as ContractTests<LoaderWorld>;
}

const refusal = (mode: Mode): ContractTests<LoaderWorld> => ({
  [`refuses mode ${mode}, which it does not offer`]: async (world) => {
    const name = world.fresh();
    const request = smallLoad(name, mode, rowsWith([1]));
    const begin = async (): Promise<Load> => world.begin(await world.loader(name), request);
    await expectError(['CAPABILITY_MISSING'], begin, `begin in mode ${mode}`);
    expectEqual(await world.harness.rows(name, smallSchema), null, 'the target of a refused load');
  },
});

const emptyTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  [`publishes a load without rows in mode ${mode}`]: async (world) => {
    const name = world.fresh();
    await world.load(smallLoad(name, mode, rowsWith([1, 2])));
    const { counts } = await world.load(smallLoad(name, mode, [], { cursors: { d: 7 } }));
    expectReplaced(counts, {}, mode === 'replace' ? 2 : 0);
    await expectStored(world, name, smallSchema, mode === 'replace' ? [] : rowsWith([1, 2]));
    expectEqual((await world.state(name)).cursors, { d: 7 }, 'cursors');
  },
  [`publishes a load without parts in mode ${mode}`]: async (world) => {
    const name = world.fresh();
    await world.load(smallLoad(name, mode, rowsWith([1, 2])));
    const { counts } = await world.load(smallLoad(name, mode, [], { parts: {}, cursors: { d: 8 } }));
    expectEqual(counts.in, 0, 'rows of the load');
    expectEqual((await world.state(name)).cursors, { d: 8 }, 'cursors');
  },
  [`makes a target without rows in mode ${mode}`]: async (world) => {
    const name = world.fresh();
    const { counts } = await world.load(smallLoad(name, mode, []));
    expectCounts(counts, {});
    await expectStored(world, name, smallSchema, []);
  },
});

/** A loader that replaces may count the rows that went away, or not know them. */
function expectReplaced(counts: LoadCounts, expected: Partial<LoadCounts>, before: number): void {
  expectThat(counts.deleted === 0 || counts.deleted === before, `${counts.deleted} rows deleted, where ${before} were there`);
  expectCounts({ ...counts, deleted: 0 }, expected);
}

const byMode: ModeTests = {
  append: {
    'append adds behind what is there, equal rows too': async (world) => {
      const name = world.fresh();
      expectCounts((await world.load(smallLoad(name, 'append', rowsWith([1, 2])))).counts, { inserted: 2 });
      expectCounts((await world.load(smallLoad(name, 'append', rowsWith([3, 3])))).counts, { inserted: 2 });
      await expectStored(world, name, smallSchema, rowsWith([1, 2, 3, 3]));
    },
  },
  replace: {
    'replace leaves only the new rows': async (world) => {
      const name = world.fresh();
      expectCounts((await world.load(smallLoad(name, 'replace', rowsWith([1, 2, 3])))).counts, { inserted: 3 });
      expectReplaced((await world.load(smallLoad(name, 'replace', rowsWith([2, 9], ' new')))).counts, { inserted: 2 }, 3);
      await expectStored(world, name, smallSchema, rowsWith([2, 9], ' new'));
    },
    'replace takes the columns of the new rows': async (world) => {
      const name = world.fresh();
      await world.load(smallLoad(name, 'replace', rowsWith([1])));
      const schema = schemaOf(field('other', int64));
      await world.load({ name, schema, mode: 'replace', rows: [['5', '6']] });
      expectEqual((await world.stored(name, schema)).columns, ['id', 'other'], 'columns');
      await expectStored(world, name, schema, [['5', '6']]);
    },
  },
  merge: {
    'merge inserts, updates and leaves equal rows alone': async (world) => {
      const name = world.fresh();
      const before = [row(1, 'a', '1.00'), row(2, null, '2.00'), row(3, '', null), row(4, null, null), row(5, 'stays', '5.00')];
      expectCounts((await world.load(smallLoad(name, 'merge', before))).counts, { inserted: 5 });
      const after = [row(1, 'a', '1.00'), row(2, '', '2.00'), row(3, null, null), row(4, null, null), row(6, 'new', '-0.01')];
      expectCounts((await world.load(smallLoad(name, 'merge', after))).counts, { inserted: 1, updated: 2, unchanged: 2 });
      await expectStored(world, name, smallSchema, [...after.slice(0, 4), row(5, 'stays', '5.00'), row(6, 'new', '-0.01')]);
    },
    'merge leaves columns alone that the load does not have': async (world) => {
      const name = world.fresh();
      await world.load(smallLoad(name, 'merge', [row(1, 'kept', '1.00')]));
      const schema = schemaOf(smallSchema.fields[2] ?? field('amount', text));
      await world.load({
        name,
        schema,
        mode: 'merge',
        rows: [
          ['1', '9.00'],
          ['2', '8.00'],
        ],
      });
      await expectStored(world, name, smallSchema, [row(1, 'kept', '9.00'), row(2, null, '8.00')]);
    },
  },
  'insert-new': {
    'insert-new skips keys that are there and changes none of them': async (world) => {
      const name = world.fresh();
      await world.load(smallLoad(name, 'insert-new', rowsWith([1, 2])));
      const { counts } = await world.load(smallLoad(name, 'insert-new', rowsWith([2, 3], ' new')));
      expectCounts(counts, { inserted: 1, skipped: 1 });
      await expectStored(world, name, smallSchema, [...rowsWith([1, 2]), ...rowsWith([3], ' new')]);
    },
  },
  'replace-by': {
    'replace-by exchanges the children of the parents seen, and of no other': async (world) => {
      const name = world.fresh();
      const schema = { ...schemaOf(field('parent', text), field('name', text)), key: [] };
      const load = { name, schema, mode: 'replace-by', key: ['parent'] } as const;
      await world.load({
        ...load,
        mode: 'replace-by',
        rows: [
          ['1', 'x', 'a'],
          ['2', 'x', 'b'],
          ['3', 'y', 'c'],
          ['4', '', 'd'],
        ],
      });
      const { counts } = await world.load({
        ...load,
        rows: [
          ['5', 'x', 'e'],
          ['6', 'z', 'f'],
          ['7', 'x', 'g'],
          ['8', 'x', 'g'],
        ],
      });
      expectCounts(counts, { inserted: 4, deleted: 2 });
      await expectStored(world, name, schema, [
        ['3', 'y', 'c'],
        ['4', '', 'd'],
        ['5', 'x', 'e'],
        ['6', 'z', 'f'],
        ['7', 'x', 'g'],
        ['8', 'x', 'g'],
      ]);
    },
  },
  history: historyTests,
};
