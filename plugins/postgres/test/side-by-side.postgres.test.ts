import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { schemaOf } from '@etl/testkit';
import { PostgresHarness } from './postgres-harness.js';
import { begin, connect, finish, writeRest, type LoadSpec } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
}, 60_000);
afterAll(() => harness.remove());

it('loads that begin at one moment share a schema that none of them has found', async () => {
  const connections = await Promise.all([1, 2, 3, 4].map(() => connect(harness.connection())));
  for (let round = 0; round < 15; round++) {
    const schema = `target_${round}`;
    const loads = connections.map(async (connection, number) => {
      const options = { table: `t${number}`, schema, staging: { schema: `staging_${round}` } };
      const spec: LoadSpec = { id: `${schema}/${number}`, options, schema: schemaOf(), mode: 'replace', rows: [['7']] };
      const load = await begin(connection, spec);
      await writeRest(load, spec);
      await finish(load, spec);
    });
    await Promise.all(loads);
    for (const number of loads.keys()) expect(await harness.server.sql(`select id from ${schema}.t${number}`)).toBe('7\n');
  }
  for (const connection of connections) await connection.close();
}, 60_000);
