import { type Loader, type LoadPlan, type Mode, type PlanTarget } from '@etl/sdk';
import { batchOf } from '../batch-of.js';
import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import type { LoadRequest, LoaderWorld } from '../loader-world.js';
import type { TextRow } from '../text-row.js';
import { row, smallLoad, smallSchema } from './small-table.js';

/** What a loader tells before it loads: a loader without `plan` or `compare` promises nothing here. */
export function loaderPlanTests(modes: readonly Mode[]): ContractTests<LoaderWorld> {
  const known = modes.filter((mode) => mode !== 'replace-by');
  return {
    'plans a load into what is not there yet, and makes nothing by it': async (world) => {
      for (const mode of known) {
        const name = world.fresh();
        const plan = await planOf(world, keyedLoad(name, mode, []));
        if (plan === null) return;
        expectEqual(plan.problems, [], `problems of ${mode}`);
        expectThat(plan.rows === undefined || plan.rows === null, `a target that is not there has ${String(plan.rows)} rows`);
        expectThat(plan.statements.length > 0, `${mode} would run nothing`);
        expectThat(
          plan.columns.every(({ change }) => change === 'create'),
          'a column of a new target is not to be made',
        );
        expectEqual(await world.harness.rows(name, smallSchema), null, 'the target behind a plan');
      }
    },
    'tells every column that a load does not fit, not the first alone': async (world) => {
      const name = world.fresh();
      await world.load(keyedLoad(name, known[0] ?? 'append', [row(1, 'a')]));
      const added = {
        fields: [...smallSchema.fields, ...['x', 'y'].map((column) => ({ name: column, type: { kind: 'text' as const }, nullable: true }))],
        key: [],
      };
      const plan = await planOf(world, { ...keyedLoad(name, known[0] ?? 'append', []), schema: added, policy: 'freeze' });
      if (plan === null) return;
      expectThat(plan.problems.length >= 2, `two columns are not there, ${plan.problems.length} problems are told`);
      for (const { code } of plan.problems) expectEqual(code, 'SCHEMA_MISMATCH', 'code of the problem');
    },
    'tells what becomes of each row, as the publish then answers, and changes nothing': async (world) => {
      for (const mode of known) {
        const name = world.fresh();
        await world.load(keyedLoad(name, mode, [row(1, 'a'), row(2, null), row(3, 'c')]));
        const request = keyedLoad(name, mode, [row(1, 'a'), row(2, 'b'), row(4, 'd')]);
        const before = JSON.stringify(await world.stored(name, smallSchema));
        const told = await compared(world, request);
        if (told === null) return;
        expectEqual(JSON.stringify(await world.stored(name, smallSchema)), before, `the target behind a comparison, ${mode}`);
        expectEqual(told, (await world.load(request)).counts, `counts of ${mode}`);
      }
    },
  };
}

const keyedLoad = (name: string, mode: Mode, rows: readonly TextRow[]): LoadRequest =>
  smallLoad(name, mode, rows, mode === 'append' ? {} : { key: ['id'] });

const targetOf = ({ name, schema, mode, key = [], policy = 'evolve' }: LoadRequest): PlanTarget => ({
  id: `job/${name}`,
  schema,
  mode,
  key,
  policy,
});

async function withLoader<T>(world: LoaderWorld, { name }: LoadRequest, work: (loader: Loader) => Promise<T>): Promise<T> {
  const connection = await world.open();
  const loader = await connection.loader?.(world.harness.target(name));
  if (loader === undefined) throw new Error('The connection opened without its loader');
  try {
    return await work(loader);
  } finally {
    await loader.close();
    await world.shut(connection);
  }
}

const planOf = (world: LoaderWorld, request: LoadRequest): Promise<LoadPlan | null> =>
  withLoader(world, request, async (loader) => (await loader.plan?.(targetOf(request))) ?? null);

const compared = (world: LoaderWorld, request: LoadRequest) =>
  withLoader(world, request, async (loader) => {
    const comparison = await loader.compare?.(targetOf(request));
    if (comparison === undefined) return null;
    try {
      await comparison.write(batchOf(request.schema, request.rows ?? [], { form: 'text', part: '0', first: 0 }));
      return await comparison.end({});
    } finally {
      await comparison.close();
    }
  });
