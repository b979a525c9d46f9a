import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@etl/columnar';
import type { KillProject } from './kill-project.js';
import { noWorld, type KillWorld } from './kill-world.js';

const rows = 1200;

const customers = (from: number, to: number): string =>
  `id,name\n${Array.from({ length: to - from + 1 }, (_, at) => `${(from + at) % 97 === 0 ? '' : from + at},"customer ""${from + at}"""`).join('\n')}\n`;

const job = `name: copy
params:
  day: { type: date, default: "2026-01-31" }
extract:
  orders:
    from: lookup
    query: "select nr, total from orders where customer = :customer"
    each: { dataset: customers, distinct: [customer], include: [customer] }
    parallel: 2
  lines:
    from: lookup
    table: lines
    where: "nr = :nr and text <> ''"
    each: { dataset: wanted, distinct: [nr] }
  customers: { from: shop, file: "customers/*.csv" }
transform:
  - customers:
      - cast: { id: integer }
      - rename: { id: customer }
      - dedupe: { by: [customer], keep: last, order_by: [name] }
  - wanted:
      sql: "select o.nr, o.total, c.name from orders o join customers c using (customer) where o.total > 3"
check:
  lines:
    - { field: text, expression: "text not like '%7'", on_fail: reject }
load:
  - { id: orders, dataset: orders, to: warehouse, table: orders, mode: replace }
  - { id: lines, dataset: lines, to: warehouse, table: lines, mode: merge, key: [nr, line], missing: delete }
  - { id: wanted, dataset: wanted, to: warehouse, table: wanted, mode: merge, key: [nr], post: ["create or replace view best as select max(total) as total from wanted"] }
  - id: mart
    to: warehouse
    after: [wanted]
    statements:
      - "create table if not exists mart (day date, rows bigint, total decimal(12,2))"
      - "delete from mart where day = :day"
      - "insert into mart select :day, count(*), sum(total) from wanted"
`;

/** A database to read from in each folder, made once. */
const lookup: KillWorld = {
  ...noWorld,
  async make(directory) {
    const path = join(directory, 'in', 'lookup.duckdb');
    if (await access(path).then(() => true, () => false)) return; // prettier-ignore
    const database = await openDatabase(path, { temporary: join(directory, 'in', 'temporary') });
    const session = await database.connect();
    await session.run(
      `create table orders as select i as nr, i % ${rows / 3} as customer, (i % 100 / 10)::decimal(8,2) as total from range(${rows}) r(i);
       create table lines as select i % ${rows} as nr, i as line, case when i % 11 = 0 then '' else 'line ' || i end as text from range(${2 * rows}) r(i)`,
    );
    await session.close();
    await database.close();
  },
};

/** Reads that depend on datasets, which depend on reads themselves, and statements behind the loads. */
export const dependentReads: KillProject = {
  name: 'reads for each row of other datasets, and statements',
  mode: 'merge',
  files: {
    'etl.yaml': `project: kill
connections:
  shop: { connector: file, path: ./in }
  lookup: { connector: duckdb, path: ./in/lookup.duckdb, read_only: true }
  warehouse: { connector: duckdb, path: ./out/warehouse.duckdb }
`,
    'jobs/copy/job.yaml': job,
    'in/customers/1.csv': customers(1, rows / 6),
  },
  delivery: { 'in/customers/2.csv': customers(rows / 8, rows / 3) },
  world: async () => lookup,
};
