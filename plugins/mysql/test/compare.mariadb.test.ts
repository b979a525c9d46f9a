import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareLoad, field, schemaOf, text, type LoadSpec } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { connect } from './run-load.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const spec: LoadSpec = {
  options: { table: 'c', missing: 'delete' },
  schema: schemaOf(field('name', text)),
  mode: 'merge',
  key: ['id'],
  rows: [['1', 'b'], ['2', null], ['3', 'long'], [null, 'x'], ['4', 'n'], ['1', 'c'], ['5', 'E'], ['6', 'A']], // prettier-ignore
};

describe('a comparison of a load into MySQL', () => {
  it('counts what the table would refuse, tells case apart in values, and leaves nothing', async () => {
    const sql = (statement: string): Promise<string> => harness.server.sql(statement, 'etl test');
    await sql(
      `create table c (id bigint primary key, name varchar(9) character set utf8mb4 collate utf8mb4_general_ci not null, check (char_length(name) < 3)) engine=innodb; insert into c values (1, 'a'), (5, 'e'), (9, 'z')`,
    );
    const seen = async (): Promise<string[]> => [await sql('show tables'), await sql('select * from c order by id')];
    const before = await seen();
    const connection = await connect(harness.connection());
    try {
      expect(await compareLoad(connection, spec)).toMatchObject({
        in: 8,
        updated: 2,
        inserted: 2,
        unchanged: 0,
        deduplicated: 1,
        rejected: 3,
        deleted: 0,
      });
      expect(await compareLoad(connection, { ...spec, rows: [['1', 'b']] })).toMatchObject({ in: 1, updated: 1, deleted: 2 });
      // A table that is still to be made, in a schema that is not there
      const options = { table: 'nowhere', schema: 'no schema' };
      expect(await compareLoad(connection, { ...spec, options, rows: [['1', 'b'], ['1', 'c']] })).toMatchObject({ inserted: 1, deduplicated: 1 }); // prettier-ignore
    } finally {
      await connection.close();
    }
    expect(await seen()).toEqual(before);
  });
});
