import { cellsOf, cellTexts, fieldIndex, rowBatch, rowNumber, type Batch, type Chunk, type Schema } from '@etl/sdk';
import { isCanonical } from '../canonical.js';
import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { expectRows } from '../expect-rows.js';
import type { ExtractorWorld } from '../extractor-world.js';
import type { Seeded } from '../extractor-harness.js';
import { wholeTable } from '../hard-rows.js';
import { hardValues } from '../hard-values.js';
import { readCsv } from '../read-csv.js';
import { textRowsOf } from '../text-row.js';

/** What every batch promises, whatever is in it. */
export const extractorBatchTests: ContractTests<ExtractorWorld> = {
  'gives the same rows as values and as cells, all canonical': async (world) => {
    for (const seeded of await sources(world)) await eachChunk(world, seeded, sameCells, enough);
  },
  'gives the same rows as CSV bytes where it has them': async (world) => {
    for (const seeded of await sources(world)) await eachChunk(world, seeded, sameCsv, enough);
  },
  'never changes a batch that it handed over': async (world) => {
    const { seeded } = await world.many();
    const kept: { batch: Batch; before: string }[] = [];
    const schema = await eachChunk(world, seeded, ({ batch }, schema) => {
      if (kept.length < 8) kept.push({ batch, before: digest(schema, batch) });
    });
    for (const [number, { batch, before }] of kept.entries())
      expectThat(digest(schema, batch) === before, `Batch ${number} changed after the next ones were read`);
  },
  'changes no batch before it is released, and releases no other with it': async (world) => {
    const { seeded } = await world.many();
    const held: { chunk: Chunk; before: string; number: number }[] = [];
    let read = 0;
    const release = (schema: Schema): void => {
      const [first] = held.splice(0, 1);
      if (first === undefined) return;
      expectThat(
        digest(schema, first.chunk.batch) === first.before,
        `Batch ${first.number} changed while it was held and others were released`,
      );
      first.chunk.release?.();
    };
    const schema = await eachChunk(world, seeded, (chunk, schema) => {
      held.push({ chunk, before: digest(schema, chunk.batch), number: read++ });
      // as many as a lane may hold, and at times none
      while (held.length > read % 7) release(schema);
    });
    while (held.length > 0) release(schema);
  },
  'numbers the rows of a part upwards': async (world) => {
    const { seeded } = await world.many();
    let last = -1;
    await eachChunk(world, seeded, ({ batch }, _, part) => {
      const { origin } = batch;
      if (origin === undefined) return;
      expectEqual(origin.part, part, 'part of the origin');
      for (let row = 0; row < batch.length; row++) {
        const number = rowNumber(origin, row);
        expectThat(number > last, `Row number ${number} follows ${last}`);
        last = number;
      }
    });
  },
};

async function sources(world: ExtractorWorld): Promise<Seeded[]> {
  const { harness } = world;
  const held = hardValues.filter(
    ({ name, type }) =>
      (harness.holds?.(type) ?? (harness.holds ? null : type)) !== null && harness.waivers?.[`reads ${name} exactly`] === undefined,
  );
  const { schema, rows } = wholeTable(held);
  return [await harness.seed(schema, rows), (await world.many()).seeded];
}

/** Rows whose every cell is looked at, where the source has many. */
const enough = 20_000;

async function eachChunk(
  world: ExtractorWorld,
  seeded: Seeded,
  visit: (chunk: Chunk, schema: Schema, part: string) => void,
  most = Infinity,
): Promise<Schema> {
  const plan = await world.plan(seeded);
  const extractor = await world.extractor(seeded.options);
  let rows = 0;
  for (const part of plan.parts) {
    for await (const chunk of extractor.read(part, null)) {
      visit(chunk, plan.schema, part.id);
      rows += chunk.batch.length;
      if (rows >= most) break;
    }
  }
  await extractor.close();
  return plan.schema;
}

function sameCells({ batch }: Chunk, schema: Schema): void {
  const rows = batch.rows();
  expectEqual(rows.length, batch.length, 'length of rows()');
  const values = textRowsOf(schema, rowBatch(rows));
  const cells = cellsOf(schema, batch);
  expectEqual(cells.stride, schema.fields.length, 'stride of the cells');
  for (let row = 0; row < batch.length; row++) {
    const texts = cellTexts(schema, cells, row);
    for (const [column, { name, type }] of schema.fields.entries()) {
      const cell = texts[column] ?? null;
      if (cell !== (values[row]?.[column] ?? null))
        throw new Error(`Row ${row}, ${name}: the cell is ${JSON.stringify(cell)}, rows() says ${JSON.stringify(values[row]?.[column])}`);
      if (cell !== null && !isCanonical(type, cell))
        throw new Error(`Row ${row}, ${name}: ${JSON.stringify(cell)} is not canonical ${JSON.stringify(type)}`);
    }
  }
}

function sameCsv({ batch }: Chunk, schema: Schema): void {
  if (batch.csv === undefined) return;
  const bytesColumn = (name: string): boolean => schema.fields[fieldIndex(schema, name)]?.type.kind === 'bytes';
  const rows = readCsv(batch.csv).map((row) =>
    row.map((cell, column) => {
      if (cell === null) return null;
      const bytes = Buffer.from(cell, 'latin1');
      return bytesColumn(schema.fields[column]?.name ?? '') ? `\\x${bytes.toString('hex')}` : bytes.toString('utf8');
    }),
  );
  expectRows(rows, textRowsOf(schema, batch), schema, 'CSV bytes');
}

const digest = (schema: Schema, batch: Batch): string => {
  const { csv } = batch;
  return JSON.stringify([textRowsOf(schema, batch), csv === undefined ? null : Buffer.from(csv).toString('latin1')]);
};
