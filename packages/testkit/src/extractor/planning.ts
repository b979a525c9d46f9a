import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { asObject } from '../connection-tests.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { settleAll } from '../settle-all.js';
import { expectJson } from '../expect-json.js';
import { byInteger, expectRows } from '../expect-rows.js';
import { requestFor, type ExtractorWorld } from '../extractor-world.js';
import { field, manyRows, manySchema, schemaOf, text, type Table } from '../hard-rows.js';
import { heldRows } from '../held-rows.js';
import { namesAndTypes } from './values.js';

const small: Table = { schema: manySchema, rows: [...manyRows(40)] };

/** What is known before the first row is read. */
export const extractorPlanTests: ContractTests<ExtractorWorld> = {
  'describes the columns that it plans': async (world) => {
    const { options } = await world.harness.seed(small.schema, small.rows);
    const extractor = await world.extractor(options);
    const { schema } = await extractor.describe();
    const plan = await extractor.plan(requestFor({ options }));
    expectEqual(
      schema.fields.map(({ name }) => name),
      small.schema.fields.map(({ name }) => name),
      'described columns',
    );
    expectEqual(namesAndTypes(plan.schema), namesAndTypes(schema), 'planned columns against described ones');
    await extractor.close();
  },
  'plans what survives JSON, for a process that never planned': async (world) => {
    const { harness } = world;
    const seeded = await harness.seed(small.schema, small.rows);
    const extractor = await world.extractor(seeded.options);
    const plan = await extractor.plan(requestFor(seeded));
    expectJson(plan, 'plan');
    await extractor.close();
    expectRows((await world.readAll(seeded)).rows, heldRows(harness, small.schema, small.rows), small.schema);
  },
  'gives each part an id of its own, and together they are the whole': async (world) => {
    const { seeded, count } = await world.many();
    const plan = await world.plan(seeded, { parts: 4 });
    const ids = plan.parts.map(({ id }) => id);
    expectThat(ids.length <= 4, `4 parts were asked for, ${ids.length} were planned`);
    expectEqual(new Set(ids).size, ids.length, 'different part ids');
    const reads = await settleAll(plan.parts.map((part) => world.read(seeded, part, { schema: plan.schema })));
    expectRows(
      byInteger(reads.flatMap(({ rows }) => rows)),
      heldRows(world.harness, manySchema, [...manyRows(count)]),
      manySchema,
      'parts together',
    );
  },
  'reads no more rows than the limit': async (world) => {
    const seeded = await world.harness.seed(small.schema, small.rows);
    const { rows } = await world.readAll(seeded, { limit: 7 });
    expectRows(rows, heldRows(world.harness, small.schema, small.rows.slice(0, 7)), small.schema);
  },
  'reads only the columns asked for': async (world) => {
    const seeded = await world.harness.seed(small.schema, small.rows);
    const { plan, rows } = await world.readAll(seeded, { columns: ['id', 'amount'] });
    expectEqual(
      plan.schema.fields.map(({ name }) => name),
      ['id', 'amount'],
      'columns of the plan',
    );
    expectRows(
      rows,
      small.rows.map(([id = null, , amount = null]) => [id, amount]),
      plan.schema,
    );
  },
  'reads nothing twice from the cursor on': async (world) => {
    const seeded = await world.harness.seed(small.schema, small.rows);
    const { until } = await world.plan(seeded);
    if (until === null) return;
    const { rows } = await world.readAll(seeded, { since: until });
    expectEqual(rows.length, 0, 'rows behind the cursor');
  },
  'says NOT_FOUND of what does not exist': async (world) => {
    const error = await expectError(
      ['NOT_FOUND'],
      async () => {
        const extractor = await world.extractor(world.harness.missing());
        await extractor.describe();
      },
      'describe of something missing',
    );
    expectThat(error.hint !== undefined || error.message.length > 10, 'the error says nothing');
    await expectError(
      ['NOT_FOUND'],
      async () => {
        const extractor = await world.extractor(world.harness.missing());
        await extractor.plan(requestFor({ options: null }));
      },
      'plan of something missing',
    );
  },
  'refuses an unknown option of the extract and names it': async (world) => {
    const { options } = await world.harness.seed(schemaOf(field('a', text)), []);
    const error = await expectError(
      ['CONFIG_INVALID'],
      () => world.extractor({ ...asObject(options), no_such_option: 1 }),
      'unknown option',
    );
    expectThat(error.message.includes('no_such_option'), `the message does not name the option: ${error.message}`);
  },
};
