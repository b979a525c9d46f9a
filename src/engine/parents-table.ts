import { quote } from '@etl/columnar';
import type { ParentColumns, Parents, Row, Schema } from '@etl/sdk';
import { rowNumberColumn } from '../transforms/step.js';
import type { Spool } from './spool.js';

/** The rows that a read depends on, each once, durable in the spool: a continued run meets the same ones in the same order. */
export interface ParentsTable {
  readonly rows: number;
  /** Rows of their dataset that are left out, since a value is missing. */
  readonly empty: number;
  /** From and to (exclusive) count from 0. */
  read(from: number, to: number): Promise<Parents>;
}

export interface ParentsSource {
  readonly spool: Spool;
  /** Quoted name of the table of their dataset. */
  readonly table: string;
  /** The dataset that is read for them. */
  readonly dataset: string;
  readonly columns: ParentColumns;
  /** Under which the spool remembers that they are there. */
  readonly operation: number;
}

type Saved = { readonly rows: number; readonly empty: number };

export async function parentsTable({ spool, table, dataset, columns, operation }: ParentsSource): Promise<ParentsTable> {
  const { fields } = columns;
  const name = quote(`${dataset}#parents`);
  const names = fields.map((field) => quote(field.name));
  const isFull = names.map((column) => `${column} is not null`).join(' and ');
  const count = async (from: string): Promise<number> =>
    Number((await spool.session.rows(`select count(*) as n from ${from}`))[0]?.['n'] ?? 0);
  const make = async (): Promise<Saved> => {
    await spool.drop(name);
    const distinct = `select distinct ${names.join(', ')} from ${table} where ${isFull}`;
    await spool.session.run(
      `create table ${name} as select *, row_number() over (order by ${names.join(', ')}) - 1 as ${rowNumberColumn} from (${distinct})`,
    );
    const saved: Saved = { rows: await count(name), empty: await count(`${table} where not (${isFull})`) };
    await spool.saveOperation(operation, saved);
    return saved;
  };
  const { rows, empty } = ((await spool.operation(operation)) as Saved | null) ?? (await make());
  const schema: Schema = { fields, key: [] };
  return {
    rows,
    empty,
    async read(from, to) {
      const session = await spool.connect();
      try {
        const found: Row[] = [];
        const select = `select ${names.join(', ')} from ${name} where ${rowNumberColumn} >= ${from} and ${rowNumberColumn} < ${to} order by ${rowNumberColumn}`;
        for await (const batch of session.stream(select, schema)) found.push(...batch.rows());
        return { ...columns, rows: found };
      } finally {
        await session.close();
      }
    },
  };
}
