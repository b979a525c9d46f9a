import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import type { LoaderHarness } from '../loader-harness.js';
import { project, type LoaderWorld } from '../loader-world.js';
import { expectRows } from '../expect-rows.js';
import { expectCounts } from './expect-stored.js';

/** Rows that the target refuses are counted, kept and named; they never hide the good ones. */
export function refusedRowTests(harness: LoaderHarness): ContractTests<LoaderWorld> {
  if (harness.refusing === undefined) return {};
  return {
    'rejects the rows that the target refuses, by column, and loads the others': async (world) => {
      const name = world.fresh();
      const { schema, rows, refused, field } = (await harness.refusing?.(name)) ?? noRefusal();
      const { counts, rejects } = await world.load({ name, schema, rows, mode: 'append', size: 4 });
      expectEqual(rejects.length + counts.rejected, refused.length, 'rejected rows');
      expectEqual(
        rejects.map((reject) => reject.field),
        refused.map(() => field),
        'columns that the rejects name',
      );
      expectEqual(
        rejects.map(({ values }) => values),
        refused.map((at) => rows[at]),
        'rows that the rejects keep',
      );
      expectThat(
        rejects.every(({ reason }) => reason.length > 0),
        'a reject gives no reason',
      );
      const good = rows.filter((_, at) => !refused.includes(at));
      expectCounts(counts, { inserted: good.length });
      expectRows(project(await world.stored(name, schema), schema), good, schema, 'good rows');
    },
  };
}

const noRefusal = (): never => {
  throw new Error('The harness has no refusing target');
};
