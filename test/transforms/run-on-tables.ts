import { duckDbType, quote, type Session } from '@etl/columnar';
import { cellTexts, cellsOf, type Schema } from '@etl/sdk';
import {
  bindSteps,
  planStages,
  rowNumberColumn,
  streamTable,
  type BoundStep,
  type StepCounts,
  type StepReject,
} from '../../src/transforms/index.js';
import { contextOf, textsBatch, type Bench, type RunOptions, type StepWishes, type Texts } from './run-steps.js';

export interface Dataset {
  readonly schema: Schema;
  readonly rows: readonly Texts[];
}

export interface TableOutcome {
  readonly schema: Schema;
  readonly rows: readonly Texts[];
  readonly numbers: readonly bigint[];
  readonly counts: readonly StepCounts[];
  readonly rejects: readonly StepReject[];
  readonly steps: readonly BoundStep[];
}

let tables = 0;

/** Stores rows as the spool does, numbers with gaps. */
async function store(session: Session, { schema, rows }: Dataset): Promise<string> {
  const table = quote(`spool ${tables++}`);
  const columns = schema.fields.map(({ name, type }) => `${quote(name)} ${duckDbType(type)}`).join(', ');
  await session.run(`create table ${table} (${columns})`);
  await session.append(table, schema, [textsBatch(schema, rows)]);
  await session.run(`alter table ${table} rename to ${table.replace('spool', 'raw')}`);
  await session.run(
    `create table ${table} as select *, (row_number() over () * 3 + 1099511627776)::bigint as ${rowNumberColumn} from ${table.replace('spool', 'raw')}`,
  );
  return table;
}

/** Runs steps on tables as the package path does; the dataset `rows` is what the steps are for. */
export async function runOnTables(
  bench: Bench,
  datasets: { readonly [name: string]: Dataset },
  wishes: readonly StepWishes[],
  { dataset = 'rows', lazy = false, ...options }: RunOptions & { readonly dataset?: string; readonly lazy?: boolean } = {},
): Promise<TableOutcome> {
  const session = await bench.database.connect();
  const schemas = new Map(Object.entries(datasets).map(([name, { schema }]) => [name, schema]));
  const places = new Map<string, string>();
  for (const [name, each] of Object.entries(datasets)) places.set(name, await store(session, each));
  const bound: BoundStep[] = [];
  const input = schemas.get(dataset) ?? null;
  for (const wish of wishes)
    for (const [name, wished] of Object.entries(wish)) {
      const context = { ...contextOf(bench, schemas.get(dataset) ?? null, options), dataset, datasets: new Map(schemas) };
      const steps = await bindSteps({ name, options: wished, place: { file: 'jobs/x/job.yaml', line: 9 } }, context);
      bound.push(...steps);
      schemas.set(dataset, steps.at(-1)?.output ?? context.input ?? { fields: [], key: [] });
    }
  const counts: StepCounts[] = [];
  const rejects: StepReject[] = [];
  for (const stage of planStages(bound, input)) {
    const into = quote(`into ${tables++}`);
    const target = { session, dataset, into, lazy, table: (name: string) => places.get(name) ?? `no table ${name}` };
    const result = await (
      stage.kind === 'table' ? stage.run : (stage.runOnTable ?? ((given, resources) => streamTable(stage, given, resources)))
    )(target, bench.resources);
    counts.push(...result.counts);
    for await (const reject of result.rejects) rejects.push(reject);
    places.set(dataset, into);
  }
  const schema = schemas.get(dataset) ?? { fields: [], key: [] };
  const table = places.get(dataset) ?? '';
  const rows: Texts[] = [];
  const columns = schema.fields.map(({ name }) => quote(name)).join(', ');
  for await (const batch of session.stream(`select ${columns} from ${table} order by ${rowNumberColumn}`, schema)) {
    const cells = cellsOf(schema, batch);
    for (let row = 0; row < batch.length; row++) rows.push(cellTexts(schema, cells, row));
  }
  const numbers = (await session.rows(`select ${rowNumberColumn} as n from ${table} order by 1`)).map(({ n }) => BigInt(String(n)));
  await session.close();
  return { schema, rows, numbers, counts, rejects, steps: bound };
}
