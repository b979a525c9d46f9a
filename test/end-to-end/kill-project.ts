import { cp, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modes, type Mode } from '@etl/sdk';
import { duckDbContent } from './kill-duckdb-content.js';
import type { KillWorld } from './kill-world.js';

/** A small project whose runs are killed. */
export interface KillProject {
  readonly name: string;
  readonly mode: Mode;
  /** etl.yaml, job.yaml and the first delivery; the job `copy` is run once on it before anything is killed. */
  readonly files: { readonly [path: string]: string };
  /** What arrives before the run that is killed. */
  readonly delivery: { readonly [path: string]: string };
  /** Statements that fill the server: before the first run, and with the delivery. */
  readonly statements?: { readonly first: string; readonly delivery: string };
  /** Starts the server that the project uses; absent: it needs none. */
  readonly world?: () => Promise<KillWorld>;
}

const rows = 3000;

/** Orders with duplicates, rows that a cast or a check refuses, '' beside null, quotes and line ends. */
function orders(from: number, to: number, tag: string): string {
  const lines = ['id,customer,amount,note'];
  for (let id = from; id <= to; id++) {
    const amount = id % 401 === 0 ? 'many' : `${id % 97 === 0 ? '-' : ''}${(id * 7) % 1000}.${String(id % 100).padStart(2, '0')}`;
    const note = ['', '""', `"a ""q"", ${tag}"`, `"line\nfeed ${tag}"`, `ü😀 ${tag}`][id % 5] ?? '';
    lines.push(`${id % 211 === 0 ? id - 1 : id},${id % 13},${amount},${note}`);
  }
  return `${lines.join('\n')}\n`;
}

const customers = `id,name\n${Array.from({ length: 12 }, (_, id) => `${id},customer ${id}`).join('\n')}\n`;

/** `warehouse` is a line of etl.yaml. */
export const connectionsTo = (warehouse: string): string => `project: kill
connections:
  shop: { connector: file, path: ./in }
  warehouse: ${warehouse}
  results: { connector: file, path: ./out }
`;

const rowSteps = `transform:
  - orders:
      - cast: { id: integer, customer: integer, amount: "decimal(12,2)" }
      - filter: "customer <> 5"
check:
  orders:
    - { field: amount, expression: "amount > -900", on_fail: reject }
`;

const connections = connectionsTo('{ connector: duckdb, path: ./out/warehouse.duckdb }');

/** append reads each file once; the other modes read all files again. */
const extractOf = (mode: Mode): string =>
  `extract:\n  orders: { from: shop, file: "orders/*.csv"${mode === 'append' ? ', only: new' : ''} }\n`;

const keyOf: Record<Mode, string> = {
  append: '',
  replace: '',
  merge: ', key: [id]',
  'insert-new': ', key: [id]',
  'replace-by': ', key: [customer]',
  history: ', key: [id]',
};

const project = (name: string, mode: Mode, job: string): KillProject => ({
  name,
  mode,
  files: {
    'etl.yaml': connections,
    'jobs/copy/job.yaml': `name: copy\n${job}`,
    'in/orders/1.csv': orders(1, rows / 2, 'first'),
    'in/customers.csv': customers,
  },
  // The second file has half of the keys of the first one again, changed.
  delivery: { 'in/orders/2.csv': orders(rows / 4, rows, 'second') },
});

const toDuckDb = (mode: Mode): KillProject =>
  project(
    `CSV to DuckDB, ${mode}`,
    mode,
    `${extractOf(mode)}${rowSteps}load:\n  - { id: table, dataset: orders, to: warehouse, table: orders, mode: ${mode}${keyOf[mode]} }\n`,
  );

/** A server that projects use as their warehouse. */
export interface WarehouseServer {
  readonly title: string;
  /** The warehouse as etl.yaml says it. */
  readonly connection: string;
  readonly world: () => Promise<KillWorld>;
}

/** The same loads into a server. */
export const intoServer = ({ title, connection, world }: WarehouseServer): readonly KillProject[] =>
  modes.map((mode) => {
    const plain = toDuckDb(mode);
    return { ...plain, name: `CSV to ${title}, ${mode}`, files: { ...plain.files, 'etl.yaml': connectionsTo(connection) }, world };
  });

const toCsv = (mode: 'append' | 'replace'): KillProject =>
  project(
    `CSV to CSV, ${mode}`,
    mode,
    `${extractOf(mode)}${rowSteps}load:\n  - { id: file, dataset: orders, to: results, file: orders.csv, mode: ${mode} }\n`,
  );

const throughSpool = project(
  'package path, merge and replace into three targets',
  'merge',
  `${extractOf('merge')}  customers: { from: shop, file: customers.csv }
transform:
  - orders:
      - cast: { id: integer, customer: integer, amount: "decimal(12,2)" }
      - dedupe: { by: [id], keep: last, order_by: [amount] }
  - customers:
      - cast: { id: integer }
  - sales:
      sql: |
        select o.id, o.amount, o.note, c.name from orders o join customers c on c.id = o.customer
  - totals:
      sql: |
        select name, count(*) as orders, sum(amount) as amount from sales group by name
load:
  - { id: sales, dataset: sales, to: warehouse, table: sales, mode: merge, key: [id] }
  - { id: totals, dataset: totals, to: warehouse, table: totals, mode: replace }
  - { id: file, dataset: sales, to: results, file: sales.csv, mode: replace, order_by: [id] }
`,
);

/** One project for each write mode of each bundled target, and one that goes through the spool. */
export const killProjects: readonly KillProject[] = [toCsv('append'), toCsv('replace'), ...modes.map(toDuckDb), throughSpool];

export async function writeFiles(directory: string, files: { readonly [path: string]: string }): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

/** A copy of a project at rest, with the times of its files; sockets of locks that nobody holds are left out. */
export async function copyProject(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  const isCopied = async (path: string): Promise<boolean> => !(await lstat(path)).isSocket();
  await cp(from, to, { recursive: true, preserveTimestamps: true, filter: isCopied });
}

/** All that the targets hold, and the names of all that lies beside them: a run that was killed must leave no more than one that was not. */
export async function contentOf(directory: string): Promise<unknown> {
  const out = join(directory, 'out');
  const names = (await readdir(out, { recursive: true })).sort();
  const files: { [name: string]: unknown } = {};
  for (const name of names) {
    const path = join(out, name);
    if (name.endsWith('.duckdb')) files[name] = await duckDbContent(path);
    else if ((await lstat(path)).isFile()) files[name] = await readFile(path, 'utf8');
    else files[name] = 'folder';
  }
  return files;
}
