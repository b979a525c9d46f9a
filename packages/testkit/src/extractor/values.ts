import { typeName, type FieldType, type Schema } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectEqual } from '../expect-equal.js';
import { expectRows } from '../expect-rows.js';
import type { ExtractorHarness } from '../extractor-harness.js';
import type { ExtractorWorld } from '../extractor-world.js';
import { field, int64, schemaOf, tableOf, text, wholeTable, type Table } from '../hard-rows.js';
import { hardValues } from '../hard-values.js';
import { heldRows, namesFor } from '../held-rows.js';
import type { TextRow } from '../text-row.js';

/** Every value arrives as it is stored: one test for each kind of value, so that a waiver says exactly what is lost. */
export function extractorValueTests(harness: ExtractorHarness): ContractTests<ExtractorWorld> {
  const held = hardValues.filter(({ type }) => holdsOf(harness, type) !== null);
  const perType = held.map(
    (values) => [`reads ${values.name} exactly`, (world: ExtractorWorld) => readsExactly(world, tableOf(values))] as const,
  );
  return {
    ...Object.fromEntries(perType),
    'reads all types side by side': (world) =>
      readsExactly(world, wholeTable(held.filter(({ name }) => harness.waivers?.[`reads ${name} exactly`] === undefined))),
    "tells '' from null where it is the only column": (world) => readsExactly(world, onlyColumn),
    'reads a source without rows as columns without rows': (world) =>
      readsExactly(world, { ...tableOf({ name: 'text', type: text, cells: [] }), rows: [] }),
    'reads odd names of columns': (world) => readsExactly(world, oddColumns(namesFor(world.harness))),
    'reads hundreds of columns': (world) => readsExactly(world, wide),
  };
}

const holdsOf = (harness: ExtractorHarness, type: FieldType): FieldType | null => (harness.holds ? harness.holds(type) : type);

async function readsExactly({ harness, ...world }: ExtractorWorld, { schema, rows }: Table): Promise<void> {
  const seeded = await harness.seed(schema, rows);
  const read = await world.readAll(seeded);
  expectEqual(namesAndTypes(read.plan.schema), namesAndTypes(reportedAs(harness, schema)), 'schema of the plan');
  expectRows(read.rows, heldRows(harness, schema, rows), schema);
}

const reportedAs = (harness: ExtractorHarness, schema: Schema): Schema => ({
  ...schema,
  fields: schema.fields.map((one) => ({ ...one, type: holdsOf(harness, one.type) ?? one.type })),
});

/** Names and types as `name type`. */
export const namesAndTypes = ({ fields }: Schema): string[] => fields.map(({ name, type }) => `${name} ${typeName(type)}`);

const onlyColumn: Table = {
  schema: { fields: [field('value', text)], key: [] },
  rows: [['a'], [null], [''], [null], ['b'], ['']],
};

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
