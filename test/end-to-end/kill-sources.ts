import type { Mode } from '@etl/sdk';
import { connectionsTo, type KillProject, type WarehouseServer } from './kill-project.js';

/** How a server makes the table that is read, and rows of it by their numbers. */
export interface SourceSql {
  readonly table: string;
  rows(from: number, to: number, tag: string): string;
}

const rows = 3000;

interface Reading {
  readonly name: string;
  readonly mode: Mode;
  readonly extract: string;
  readonly load: string;
}

const jobs: readonly Reading[] = [
  { name: 'CSV in parts, replace', mode: 'replace', extract: ', parallel: 2', load: 'to: results, file: orders.csv, order_by: [id]' },
  {
    name: 'itself behind a cursor, merge',
    mode: 'merge',
    extract: ', cursor: { field: changed, settled: true }',
    load: 'to: warehouse, table: orders, key: [id]',
  },
  {
    name: 'itself behind a cursor, append',
    mode: 'append',
    extract: ', cursor: { field: changed, settled: true }',
    load: 'to: warehouse, table: orders',
  },
];

/** Jobs that read from a server; half of the rows are there before the first run, and the others arrive for the one that is disturbed. */
export const fromServer = ({ title, connection, world }: WarehouseServer, sql: SourceSql): readonly KillProject[] =>
  jobs.map(({ name, mode, extract, load }) => ({
    name: `${title} to ${name}`,
    mode,
    files: {
      'etl.yaml': connectionsTo(connection),
      'jobs/copy/job.yaml': `name: copy
extract:
  orders: { from: warehouse, table: source${extract} }
load:
  - { id: orders, dataset: orders, ${load}, mode: ${mode} }
`,
    },
    delivery: {},
    statements: { first: `${sql.table}; ${sql.rows(1, rows / 2, 'first')}`, delivery: sql.rows(rows / 2 + 1, rows, 'second') },
    world,
  }));
