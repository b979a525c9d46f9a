import type { Mode, Schema } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual } from '../expect-equal.js';
import { field, int64, schemaOf, text } from '../hard-rows.js';
import type { LoaderWorld } from '../loader-world.js';
import type { TextRow } from '../text-row.js';
import { expectCounts, expectStored } from './expect-stored.js';
import { row, rowsWith, smallLoad, smallSchema } from './small-table.js';

const wider: Schema = schemaOf(...smallSchema.fields.slice(1), field('added', int64));
const more: readonly TextRow[] = [['3', 'n3', '3.50', '33']];

type SetUp = (world: LoaderWorld) => Promise<string>;

/** Columns that differ between load and target, for modes that keep what is there. */
export function schemaChangeTests(modes: readonly Mode[]): ContractTests<LoaderWorld> {
  const mode = modes.find((one) => one === 'append' || one === 'merge');
  if (mode === undefined) return {};
  const twoRows: SetUp = async (world) => {
    const name = world.fresh();
    await world.load(smallLoad(name, mode, rowsWith([1, 2])));
    return name;
  };
  return { ...evolveTests(mode, twoRows), ...strictTests(mode, twoRows), ...columnTests(mode, twoRows) };
}

const evolveTests = (mode: Mode, twoRows: SetUp): ContractTests<LoaderWorld> => ({
  'evolve adds a column': async (world) => {
    const name = await twoRows(world);
    const { counts } = await world.load({ name, schema: wider, mode, rows: more, policy: 'evolve' });
    expectCounts(counts, { inserted: 1 });
    await expectStored(world, name, wider, [...rowsWith([1, 2]).map((one) => [...one, null]), ...more]);
  },
  'evolve widens a type and keeps what is there': async (world) => {
    const name = world.fresh();
    const narrow = schemaOf(
      field('n', { kind: 'integer', bits: 16, signed: true }),
      field('s', { kind: 'text', length: 3 }),
      field('d', { kind: 'decimal', precision: 5, scale: 2 }),
    );
    const wide = schemaOf(field('n', int64), field('s', text), field('d', { kind: 'decimal', precision: 20, scale: 2 }));
    await world.load({ name, schema: narrow, mode, rows: [['1', '-32768', 'abc', '-999.99']] });
    const rows = [['2', '9007199254740993', 'longer', '123456789012345678.90']];
    await world.load({ name, schema: wide, mode, rows, policy: 'evolve' });
    await expectStored(world, name, wide, [['1', '-32768', 'abc', '-999.99'], ...rows]);
  },
  'evolve does not narrow a type': async (world) => {
    const name = world.fresh();
    await world.load({ name, schema: schemaOf(field('n', int64)), mode, rows: [['1', '9007199254740993']] });
    const narrow = schemaOf(field('n', { kind: 'integer', bits: 16, signed: true }));
    await world.load({ name, schema: narrow, mode, rows: [['2', '7']], policy: 'evolve' });
    await expectStored(world, name, narrow, [
      ['1', '9007199254740993'],
      ['2', '7'],
    ]);
  },
});

const strictTests = (mode: Mode, twoRows: SetUp): ContractTests<LoaderWorld> => ({
  'freeze stops at a column that the target lacks, and changes nothing': async (world) => {
    const name = await twoRows(world);
    await expectError(['SCHEMA_MISMATCH'], () => world.load({ name, schema: wider, mode, rows: more, policy: 'freeze' }), 'the load');
    expectEqual(
      (await world.stored(name, smallSchema)).columns,
      smallSchema.fields.map((one) => one.name),
      'columns',
    );
    await expectStored(world, name, smallSchema, rowsWith([1, 2]));
  },
  'freeze lets the same columns through': async (world) => {
    const name = await twoRows(world);
    await world.load(smallLoad(name, mode, rowsWith([3]), { policy: 'freeze' }));
    await expectStored(world, name, smallSchema, rowsWith([1, 2, 3]));
  },
  'ignore-new leaves out a column that the target lacks': async (world) => {
    const name = await twoRows(world);
    await world.load({ name, schema: wider, mode, rows: more, policy: 'ignore-new' });
    expectEqual(
      (await world.stored(name, smallSchema)).columns,
      smallSchema.fields.map((one) => one.name),
      'columns',
    );
    await expectStored(world, name, smallSchema, rowsWith([1, 2, 3]));
  },
});

const columnTests = (mode: Mode, twoRows: SetUp): ContractTests<LoaderWorld> => ({
  'fills a column with null that the load lacks': async (world) => {
    const name = await twoRows(world);
    await world.load({ name, schema: schemaOf(field('name', text)), mode, rows: [['3', 'n3']] });
    await expectStored(world, name, smallSchema, [...rowsWith([1, 2]), row(3, 'n3', null)]);
  },
  'puts columns by name, not by place': async (world) => {
    const name = await twoRows(world);
    const [id, label, value] = smallSchema.fields;
    if (id === undefined || label === undefined || value === undefined) throw new Error('the small table has three columns');
    const turned: Schema = { fields: [value, id, label], key: ['id'] };
    await world.load({ name, schema: turned, mode, rows: [['3.50', '3', 'n3']] });
    await expectStored(world, name, smallSchema, rowsWith([1, 2, 3]));
  },
  'refuses a column whose type does not fit': async (world) => {
    const name = await twoRows(world);
    const schema = schemaOf(field('name', text), field('amount', text));
    await expectError(
      ['SCHEMA_MISMATCH'],
      () => world.load({ name, schema, mode, rows: [['3', 'n3', 'three']], policy: 'freeze' }),
      'text for a decimal',
    );
    await expectStored(world, name, smallSchema, rowsWith([1, 2]));
  },
});
