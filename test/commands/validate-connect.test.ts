import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import Validate from '../../src/commands/validate.js';
import { validateShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();

const etlYaml = `project: shop
connections:
  shop: { connector: duckdb, path: ./shop.duckdb }
  dwh: { connector: duckdb, path: ./dwh.duckdb }
`;

const jobYaml = `name: copy
params:
  least: { type: integer }
extract:
  orders:
    from: shop
    query: "select id, total from orders where id >= :least"
  lines: { from: shop, table: lines, order_key: [id], cursor: { field: changed, settled: true } }
transform:
  - both:
      sql: "select o.id, o.total, l.text from orders o join lines l on l.id = o.id"
load:
  - { id: totals, dataset: both, to: dwh, table: totals, mode: merge, key: [id], schema: freeze, add: { by_run: "{run.id}" } }
  - { id: lines, dataset: lines, to: dwh, table: lines, mode: append }
`;

const schemasYaml = `orders: { columns: { id: integer, total: "decimal(12,2)" } }
lines: { columns: { id: integer, text: text, changed: timestamp, gone: text } }
`;

async function sql(file: string, statement: string): Promise<void> {
  const database = await openDatabase(file, { temporary: `${file}.temporary` });
  const session = await database.connect();
  await session.run(statement);
  await session.close();
  await database.close();
}

async function project(): Promise<string> {
  const directory = await folder();
  await mkdir(join(directory, 'jobs/copy'), { recursive: true });
  await writeFile(join(directory, 'etl.yaml'), etlYaml);
  await writeFile(join(directory, 'jobs/copy/job.yaml'), jobYaml);
  await writeFile(join(directory, 'jobs/copy/schemas.yaml'), schemasYaml.replace(', gone: text', ''));
  await sql(
    join(directory, 'shop.duckdb'),
    'create table orders (id bigint, total decimal(12,2)); create table lines (id bigint, text varchar, changed timestamp)',
  );
  return directory;
}

const validate = async (directory: string, ...words: string[]) => {
  const { json, exitCode } = await tryCommand(Validate, ['--connect', '--param', 'least=1', ...words, '--json'], { directory });
  return { ...validateShape.parse(json), exitCode };
};

describe('etl validate --connect', () => {
  it('finds nothing where all fits, also where the target is still to be made, and makes nothing', async () => {
    const directory = await project();
    expect(await validate(directory)).toMatchObject({ exitCode: 0, problems: [] });
    await expect(readFile(join(directory, 'dwh.duckdb'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells every table, column, type and key that does not fit, at once, each at its place', async () => {
    const directory = await project();
    await writeFile(join(directory, 'jobs/copy/schemas.yaml'), schemasYaml);
    await sql(join(directory, 'shop.duckdb'), 'alter table orders alter column total set data type decimal(14,4)');
    await sql(
      join(directory, 'dwh.duckdb'),
      'create table totals (id varchar primary key, total decimal(12,2), must varchar not null); create table lines (id date, text varchar)',
    );
    const { exitCode, problems } = await validate(directory);
    expect(exitCode).toBe(2);
    expect(problems.map(({ message, place }) => [message, place.file, place.line])).toEqual([
      [expect.stringContaining('orders.total is decimal(14,4) at the source, but decimal(12,2)'), 'jobs/copy/schemas.yaml', undefined],
      ['lines has no column gone at the source any more', 'jobs/copy/schemas.yaml', undefined],
      [expect.stringContaining('id is integer, the column of totals is text'), 'jobs/copy/job.yaml', 13],
      [expect.stringContaining('total is decimal'), 'jobs/copy/job.yaml', 13],
      [expect.stringContaining('no column text'), 'jobs/copy/job.yaml', 13],
      [expect.stringContaining('no column by_run'), 'jobs/copy/job.yaml', 13],
      [expect.stringContaining('needs a value in must'), 'jobs/copy/job.yaml', 13],
      [expect.stringContaining('id is integer, the column of lines is date'), 'jobs/copy/job.yaml', 14],
    ]);
  });

  it('tells what cannot be read, by its place, and still checks the rest', async () => {
    const directory = await project();
    await sql(
      join(directory, 'shop.duckdb'),
      'alter table orders rename to ordres; alter table lines drop column changed; insert into lines values (1, null), (1, null)',
    );
    const { problems } = await validate(directory);
    expect(problems.map(({ code, place }) => [code, place.dataset, place.line])).toEqual([
      ['NOT_FOUND', 'orders', 5],
      ['SCHEMA_MISMATCH', 'lines', 8],
    ]);
    const missing = await tryCommand(Validate, ['--connect', '--json'], { directory });
    expect(validateShape.parse(missing.json).problems).toMatchObject([{ code: 'USAGE', hint: expect.stringContaining('--param least=') }]);
  });

  it('tells a connection that does not work once, with the exit code of it', async () => {
    const directory = await project();
    await writeFile(join(directory, 'etl.yaml'), etlYaml.replace('./shop.duckdb', './no/such/folder.duckdb'));
    const { exitCode, problems } = await validate(directory);
    expect(exitCode).toBe(4);
    expect(problems).toMatchObject([
      { code: 'UNREACHABLE', message: expect.stringContaining('shop fails at folder'), place: { file: 'etl.yaml', line: 3 } },
    ]);
    expect((await tryCommand(Validate, [], { directory })).exitCode).toBe(0);
    expect((await tryCommand(Validate, ['--param', 'least=1'], { directory })).exitCode).toBe(2);
  });
});
