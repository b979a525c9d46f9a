import { randomUUID } from 'node:crypto';
import { isEtlError, type LoadCounts, type Loader, type Mode, type Schema } from '@etl/sdk';
import { batchOf } from '../batch-of.js';
import type { ContractTests } from '../contract.js';
import { expectEqual } from '../expect-equal.js';
import { field, schemaOf, text } from '../hard-rows.js';
import { loadId, writePart, type LoaderWorld, type NamedLoad } from '../loader-world.js';
import type { TextRow } from '../text-row.js';
import { row, smallSchema } from './small-table.js';

interface Scenario {
  readonly title: string;
  /** Rows that are there, loaded in mode `seed`; null: there is no target yet. */
  readonly before: readonly TextRow[] | null;
  readonly seed?: Mode;
  readonly schema: Schema;
  readonly rows: readonly TextRow[];
  readonly options?: { readonly missing: 'delete' | 'mark' };
}

const before = [row(1, 'a', '1.00'), row(2, null, '2.00'), row(3, 'c'), row(5, 'e', '5.00')];

/** One column more and one that is wider; 2 stands there twice and is what it was in the end, 4 is new twice, one row has no key. */
const drifted: Omit<Scenario, 'title'> = {
  before,
  schema: schemaOf(field('name', text), field('amount', { kind: 'decimal', precision: 15, scale: 3 }), field('extra', text)),
  rows: [
    ['1', 'a', '1.000', null],
    ['2', 'b', '2.000', null],
    ['2', null, '2.000', null],
    ['3', 'c', null, 'new'],
    ['4', 'd', '0.001', null],
    ['4', 'e', '0.002', 'x'],
    [null, 'z', null, null],
  ],
};

const scenarios: readonly Scenario[] = [
  { title: 'repeated and empty keys, changed columns', ...drifted },
  {
    title: 'columns that the load does not bring',
    before,
    schema: schemaOf(field('name', text)),
    rows: [
      ['1', 'a'],
      ['2', 'b'],
      ['6', null],
      ['6', null],
    ],
  },
  { title: 'no target yet', before: null, schema: smallSchema, rows: [row(1, 'a'), row(1, 'b'), row(2, null)] },
];

const gone: readonly Scenario[] = [
  { title: 'missing: delete', ...drifted, rows: drifted.rows.slice(1, 6), options: { missing: 'delete' } },
  { title: 'missing: mark', ...drifted, rows: drifted.rows.slice(1, 6), options: { missing: 'mark' } },
  { title: 'missing: delete behind a refused row', ...drifted, options: { missing: 'delete' } },
  { title: 'missing: delete without a row', before, schema: smallSchema, rows: [], options: { missing: 'delete' } },
];

const doubled: Scenario = {
  title: 'a value that the target keeps unique',
  before,
  seed: 'merge',
  schema: smallSchema,
  rows: [row(1, 'x'), row(7, 'y')],
};

/** Holds what is told before a load to what the publish then answers: a loader without `compare` promises nothing here. */
export function comparisonTests(modes: readonly Mode[]): ContractTests<LoaderWorld> {
  const tests = modes.map((mode): [string, (world: LoaderWorld) => Promise<void>] => [
    `tells in mode ${mode} the counts that the publish then answers, or why it would stop`,
    async (world) => {
      const more = mode === 'merge' || mode === 'history' ? gone : mode === 'append' && modes.includes('merge') ? [doubled] : [];
      for (const scenario of [...scenarios, ...more]) if (!(await holds(world, mode, scenario))) return;
    },
  ]);
  return Object.fromEntries(tests);
}

/** false: the loader cannot compare. */
async function holds(world: LoaderWorld, mode: Mode, scenario: Scenario): Promise<boolean> {
  const name = world.fresh();
  const key = (one: Mode): readonly string[] => (one === 'append' ? [] : ['id']);
  if (scenario.before !== null) {
    const seed = scenario.seed ?? mode;
    await world.load({ name, schema: smallSchema, mode: seed, key: key(seed), rows: scenario.before });
  }
  const { schema, rows, options = {}, title } = scenario;
  const request: NamedLoad = { name, schema, mode, key: key(mode), rows, run: randomUUID() };
  const told = await outcome(() => withLoader(world, { name, options }, (loader) => compared(loader, request)));
  if (told === null) return false;
  const done = await outcome(() => withLoader(world, { name, options }, (loader) => loaded(world, loader, request)));
  expectEqual(told, done, `${mode}, ${title}: what is told and what comes`);
  return true;
}

type Outcome = LoadCounts | string | null;

/** The counts, or the code of what is thrown. */
async function outcome(work: () => Promise<LoadCounts | null>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!isEtlError(error)) throw error;
    return error.code;
  }
}

async function compared(loader: Loader, { name, schema, mode, key = [], rows = [] }: NamedLoad): Promise<LoadCounts | null> {
  const comparison = await loader.compare?.({ id: loadId(name), schema, mode, key, policy: 'evolve' });
  if (comparison === undefined) return null;
  try {
    // Two batches, so that a key may stand in both
    for (const [from, to] of [
      [0, 2],
      [2, rows.length],
    ] as const)
      // prettier-ignore
      await comparison.write(batchOf(schema, rows.slice(from, to), { form: 'text', part: '0', first: from }));
    return await comparison.end({});
  } finally {
    await comparison.close();
  }
}

/** The counts of a run, with the rows that were refused on the way. */
async function loaded(world: LoaderWorld, loader: Loader, request: NamedLoad): Promise<LoadCounts> {
  const load = await world.begin(loader, request);
  try {
    const writer = await load.part('p0');
    const rejects = await writePart(writer, request, { part: 'p0', rows: request.rows ?? [] });
    await writer.close();
    const { rows } = await load.seal();
    const partial = rejects.length > 0;
    const counts = await load.publish({ run: request.run, rows, cursors: {}, summary: null, partial });
    return { ...counts, in: counts.in + rejects.length, rejected: counts.rejected + rejects.length };
  } finally {
    await load.suspend();
  }
}

async function withLoader<T>(
  world: LoaderWorld,
  { name, options }: { readonly name: string; readonly options: object },
  work: (loader: Loader) => Promise<T>,
): Promise<T> {
  const connection = await world.open();
  const loader = await connection.loader?.({ ...(world.harness.target(name) as object), ...options });
  if (loader === undefined) throw new Error('The connection opened without its loader');
  try {
    return await work(loader);
  } finally {
    await loader.close();
    await world.shut(connection);
  }
}
