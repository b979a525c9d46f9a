import type { Mode } from '@etl/sdk';
import { batchOf } from '../batch-of.js';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { expectRows } from '../expect-rows.js';
import { field, int64, schemaOf, tableOf, text, wholeTable, type Table } from '../hard-rows.js';
import { hardValues, type HardValues } from '../hard-values.js';
import type { LoaderHarness } from '../loader-harness.js';
import { project, sealAndPublish, writePart, type LoaderWorld } from '../loader-world.js';
import { namesFor } from '../held-rows.js';
import { textRowsOf, type TextRow } from '../text-row.js';
import { expectStored } from './expect-stored.js';

/** Every value is stored as it was given: one test for each kind of value, so that a waiver says exactly what is lost. */
export function loaderValueTests(harness: LoaderHarness, modes: readonly Mode[]): ContractTests<LoaderWorld> {
  const mode = plainestOf(modes);
  const holds = (values: HardValues): boolean => harness.holds?.(values.type) ?? true;
  const perType = hardValues.map((values) =>
    holds(values)
      ? ([`holds ${values.name} exactly`, (world: LoaderWorld) => storesExactly(world, tableOf(values), mode)] as const)
      : ([`refuses ${values.name}, which it cannot hold`, (world: LoaderWorld) => refusesType(world, values, mode)] as const),
  );
  const side = hardValues.filter((values) => holds(values) && harness.waivers?.[`holds ${values.name} exactly`] === undefined);
  return {
    ...Object.fromEntries(perType),
    'holds all types side by side': (world) => storesExactly(world, wholeTable(side), mode),
    "tells '' from null where it is the only column": (world) => storesOnlyColumn(world, mode),
    'holds odd names of columns': (world) => storesExactly(world, oddColumns(namesFor(harness)), mode),
    'holds odd names of targets': async (world) => {
      const { schema, rows } = plain;
      const suffix = world.fresh();
      for (const name of namesFor(harness)) {
        const target = name.length > 50 ? `${name.slice(0, 63 - suffix.length)}${suffix}` : `${name}${suffix}`;
        await world.load({ name: target, schema, rows, mode });
        await expectStored(world, target, schema, rows);
      }
    },
    'holds hundreds of columns': (world) => storesExactly(world, wide, mode),
    ...batchTests(mode, side),
  };
}

const batchTests = (mode: Mode, side: readonly HardValues[]): ContractTests<LoaderWorld> => ({
  'takes values and cells alike': async (world) => {
    const { schema, rows } = wholeTable(side);
    const [first, second] = [world.fresh(), world.fresh()];
    await world.load({ name: first, schema, rows, mode, form: 'rows', size: 3 });
    await world.load({ name: second, schema, rows, mode, form: 'text', size: 3 });
    expectRows(
      project(await world.stored(second, schema), schema),
      project(await world.stored(first, schema), schema),
      schema,
      'from cells against from values',
    );
  },
  'takes batches of one row and of many': async (world) => {
    const rows = Array.from({ length: 5000 }, (_, id): TextRow => [String(id + 1), `row "${id}"\n`]);
    const name = world.fresh();
    const request = { name, schema: plain.schema, mode, rows, run: 'many' };
    const load = await world.begin(await world.loader(name), request);
    const writer = await load.part('p0');
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 4000],
      [4000, 5000],
    ] as const)
      await writer.write(batchOf(request.schema, rows.slice(from, to), { form: 'text', part: 'p0', first: from }));
    await writer.flush();
    await writer.save(null);
    await writer.close();
    await sealAndPublish(load, request);
    await expectStored(world, name, request.schema, rows);
  },
  'leaves a batch as it was given': async (world) => {
    const { schema, rows } = plain;
    const name = world.fresh();
    const load = await world.begin(await world.loader(name), { name, schema, mode, rows, run: 'one' });
    const writer = await load.part('p0');
    const batch = batchOf(schema, rows, { form: 'text', part: 'p0', first: 0 });
    await writer.write(batch);
    await writer.flush();
    expectRows(textRowsOf(schema, batch), rows, schema, 'the batch after flush');
    await writer.close();
    await load.discard();
  },
  'reads a batch no more once it released it': async (world) => {
    const rows = Array.from({ length: 3000 }, (_, id): TextRow => [String(id + 1), `row ${id}`]);
    const name = world.fresh();
    const request = { name, schema: plain.schema, mode, rows, run: 'one', size: 250 };
    const load = await world.begin(await world.loader(name), request);
    const writer = await load.part('p0');
    await writePart(writer, request, { part: 'p0', rows });
    await writer.close();
    await sealAndPublish(load, request);
    await expectStored(world, name, request.schema, rows);
  },
  'takes a Parquet file like the same rows in batches, where it takes one': (world) => takesParquet(world, mode),
});

/** The mode that needs no key. */
export const plainestOf = (modes: readonly Mode[]): Mode =>
  modes.find((mode) => mode === 'append' || mode === 'replace') ?? modes[0] ?? 'append';

const plain: Table = {
  schema: schemaOf(field('note', text)),
  rows: [
    ['1', 'a'],
    ['2', null],
    ['3', ''],
  ],
};

async function storesExactly(world: LoaderWorld, { schema, rows }: Table, mode: Mode): Promise<void> {
  const name = world.fresh();
  const { rejects } = await world.load({ name, schema, rows, mode, size: 7 });
  expectEqual(rejects.length, 0, `rejects of good rows, the first is ${JSON.stringify(rejects[0])}`);
  expectEqual(
    (await world.stored(name, schema)).columns,
    schema.fields.map((one) => one.name),
    'columns of the target',
  );
  await expectStored(world, name, schema, rows);
}

async function storesOnlyColumn(world: LoaderWorld, mode: Mode): Promise<void> {
  const schema = { fields: [field('value', text)], key: [] };
  const rows: TextRow[] = [['a'], [null], [''], [null], ['']];
  const name = world.fresh();
  await world.load({ name, schema, rows, mode });
  const order = (all: readonly TextRow[]): string[] => all.map((row) => JSON.stringify(row)).sort();
  expectEqual(order(project(await world.stored(name, schema), schema)), order(rows), 'rows of the only column');
}

async function refusesType(world: LoaderWorld, values: HardValues, mode: Mode): Promise<void> {
  const { schema, rows } = tableOf(values);
  const name = world.fresh();
  await expectError(['CAPABILITY_MISSING', 'SCHEMA_MISMATCH'], () => world.load({ name, schema, rows, mode }), `a load of ${values.name}`);
  expectThat(((await world.harness.rows(name, schema))?.rows.length ?? 0) === 0, 'rows arrived all the same');
}

const oddColumns = (names: readonly string[]): Table => ({
  schema: schemaOf(...names.map((name) => field(name, text))),
  rows: [1, 2].map((id): TextRow => [String(id), ...names.map((name) => `${name} ${id}`)]),
});

const wide: Table = {
  schema: schemaOf(...Array.from({ length: 300 }, (_, column) => field(`c${column}`, column % 2 === 0 ? int64 : text))),
  rows: Array.from({ length: 20 }, (_, row): TextRow => [
    String(row + 1),
    ...Array.from({ length: 300 }, (_, column) => ((row + column) % 9 === 0 ? null : String(row * column))),
  ]),
};

async function takesParquet(world: LoaderWorld, mode: Mode): Promise<void> {
  const { schema, rows } = plain;
  const name = world.fresh();
  const request = { name, schema, mode, rows, run: 'parquet' };
  const load = await world.begin(await world.loader(name), request);
  const writer = await load.part('p0');
  if (writer.writeParquet === undefined) {
    await writer.close();
    await load.discard();
    return;
  }
  const path = `${world.context.temporary}/rows.parquet`;
  const file = await world.context.columnar.writeParquet(path, schema);
  await file.write(batchOf(schema, rows, { form: 'text', part: 'p0', first: 0 }));
  await file.finish();
  await writer.writeParquet({ path, rows: rows.length });
  await writePart(writer, request, { part: 'p0', rows: [['4', 'behind the file']] });
  await writer.close();
  await sealAndPublish(load, request);
  await expectStored(world, name, schema, [...rows, ['4', 'behind the file']]);
}
