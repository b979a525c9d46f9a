import { fieldIndex, type Chunk, type ParentColumns, type Parents, type Row } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { expectError } from '../expect-error.js';
import type { ExtractorHarness, Seeded } from '../extractor-harness.js';
import { requestFor, type ExtractorWorld } from '../extractor-world.js';
import { field, int64, schemaOf, text, type Table } from '../hard-rows.js';
import { textRowsOf, type TextRow } from '../text-row.js';

/** `id`, the parent that a row belongs to, and something to tell rows apart. */
const table: Table = {
  schema: schemaOf(field('owner', text), field('size', int64)),
  rows: [
    ['1', '007', '1'],
    ['2', '7', '2'],
    ['3', "o'x; --", '3'],
    ['4', null, '4'],
    ['5', '007', null],
    ['6', 'ä😀"', '6'],
    ['7', 'other', '7'],
  ],
};

const columns = (include: readonly string[] = []): ParentColumns => ({
  fields: [{ name: 'parent', type: { kind: 'text' }, nullable: false }],
  include,
});

/** Reads that depend on the rows of another dataset, where the harness says how to ask for one. */
export function extractorParentTests({ each }: ExtractorHarness): ContractTests<ExtractorWorld> {
  if (each === undefined) return {};
  const read = async (
    world: ExtractorWorld,
    include: readonly string[],
    rows: readonly Row[],
  ): Promise<{ names: string[]; rows: TextRow[] }> => {
    const seeded = await world.harness.seed(table.schema, table.rows);
    return readFor(world, { ...seeded, options: each(seeded) }, { ...columns(include), rows });
  };
  return {
    'reads for each parent what is its own, whatever the value holds, and nothing for one that owns nothing': async (world) => {
      const { names, rows } = await read(world, [], [['007'], ["o'x; --"], ['ä😀"'], ['nobody']]);
      expectThat(names.includes('id') && !names.includes('parent'), `the columns are ${names.join(', ')}`);
      expectEqual(idsOf(names, rows), ['1', '3', '5', '6'], 'rows of the parents');
    },
    'carries the columns of the parents that are included, in front of its own': async (world) => {
      const { names, rows } = await read(world, ['parent'], [['007'], ['7']]);
      expectEqual(names[0], 'parent', 'first column');
      expectEqual(
        rows.map((row) => [row[0], row[names.indexOf('id')]]).sort(),
        [['007', '1'], ['007', '5'], ['7', '2']],
        'parents and ids',
      ); // prettier-ignore
    },
    'takes as many parents in one read as it says': async (world) => {
      const many = 2000;
      const rows = Array.from({ length: many }, (_, at): TextRow => [String(at), `owner ${at}`, '1']);
      const seeded = await world.harness.seed(table.schema, rows);
      const parents = Array.from({ length: many }, (_, at): Row => [`owner ${at}`]);
      const found = await readFor(world, { ...seeded, options: each(seeded) }, { ...columns(), rows: parents });
      expectEqual(found.rows.length, many, 'rows of all parents');
    },
    'refuses to carry a column that the read has itself': async (world) => {
      const seeded = await world.harness.seed(table.schema, table.rows);
      const parents: ParentColumns = {
        fields: [...columns().fields, { name: 'size', type: { kind: 'text' }, nullable: false }],
        include: ['size'],
      };
      const extractor = await world.extractor(each(seeded));
      await expectError(['SCHEMA_MISMATCH'], async () => extractor.plan({ ...requestFor(seeded), parents }), 'a column twice');
      await extractor.close();
    },
  };
}

const idsOf = (names: readonly string[], rows: readonly TextRow[]): (string | null)[] =>
  rows.map((row) => row[names.indexOf('id')] ?? null).sort();

async function readFor(world: ExtractorWorld, seeded: Seeded, parents: Parents): Promise<{ names: string[]; rows: TextRow[] }> {
  const extractor = await world.extractor(seeded.options);
  const { fields, include } = parents;
  const plan = await extractor.plan({ ...requestFor(seeded), parents: { fields, include } });
  const described = await extractor.describe({ fields, include });
  const names = plan.schema.fields.map(({ name }) => name);
  expectEqual(
    described.schema.fields.map(({ name }) => name),
    names,
    'described columns against planned ones',
  );
  for (const [at, name] of include.entries()) expectEqual(fieldIndex(plan.schema, name), at, `position of ${name}`);
  const atOnce = plan.parentsAtOnce ?? 500;
  const rows: TextRow[] = [];
  for (const part of plan.parts)
    for (let at = 0; at < parents.rows.length; at += atOnce) {
      const batch: AsyncIterable<Chunk> = extractor.read(part, null, { ...parents, rows: parents.rows.slice(at, at + atOnce) });
      for await (const chunk of batch) rows.push(...textRowsOf(plan.schema, chunk.batch));
    }
  await extractor.close();
  return { names, rows };
}
