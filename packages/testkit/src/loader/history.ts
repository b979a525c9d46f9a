import type { ContractTests } from '../contract.js';
import { expectEqual, expectThat } from '../expect-equal.js';
import { project, type LoaderWorld } from '../loader-world.js';
import { expectCounts } from './expect-stored.js';
import { row, smallLoad, smallSchema } from './small-table.js';

/** Every version of a row stays, with the time from which and until which it was the current one. */
export const historyTests: ContractTests<LoaderWorld> = {
  'history closes the version that was current and adds the new one': async (world) => {
    const name = world.fresh();
    expectCounts((await world.load(smallLoad(name, 'history', [row(1, 'a'), row(2, null)]))).counts, { inserted: 2 });
    const { counts } = await world.load(smallLoad(name, 'history', [row(1, 'a'), row(2, 'b'), row(3, 'c')]));
    expectCounts(counts, { inserted: 1, updated: 1, unchanged: 1 });
    const stored = await world.stored(name, smallSchema);
    expectEqual(
      project(stored, smallSchema)
        .map((one) => JSON.stringify(one))
        .sort(),
      [row(1, 'a'), row(2, null), row(2, 'b'), row(3, 'c')].map((one) => JSON.stringify(one)).sort(),
      'versions',
    );
    expectPeriods(stored.columns, stored.rows);
  },
  'history opens a version again that was current before': async (world) => {
    const name = world.fresh();
    for (const value of ['a', 'b', 'a']) await world.load(smallLoad(name, 'history', [row(1, value)]));
    const versions = project(await world.stored(name, smallSchema), smallSchema).map(([, value]) => value);
    expectEqual(versions.sort(), ['a', 'a', 'b'], 'versions of the one row');
  },
};

/** Among the columns that the loader added one is the start of a version and one its end: null for the current ones, the start of the next for the closed one. */
function expectPeriods(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): void {
  const added = columns.filter((name) => !smallSchema.fields.some((one) => one.name === name));
  const cell = (at: number, name: string): string | null => rows[at]?.[columns.indexOf(name)] ?? null;
  const position = (id: string, value: string | null): number =>
    rows.findIndex((_, at) => cell(at, 'id') === id && cell(at, 'name') === value);
  const [closed, current] = [position('2', null), position('2', 'b')];
  const ends = added.filter((name) => rows.every((_, at) => (cell(at, name) !== null) === (at === closed)));
  const found = ends.some((end) =>
    added.some((start) => start !== end && cell(current, start) !== null && cell(current, start) === cell(closed, end)),
  );
  expectThat(found, `no two of the added columns (${added.join(', ')}) are the start and the end of each version`);
}
