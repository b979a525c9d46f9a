import { noCounts, type LoadCounts, type Schema } from '@etl/sdk';
import { expectEqual } from '../expect-equal.js';
import { expectRows } from '../expect-rows.js';
import { heldRows } from '../held-rows.js';
import { project, type LoaderWorld } from '../loader-world.js';
import type { TextRow } from '../text-row.js';

/** Throws unless the target, read by native means, holds exactly these rows; the columns of the schema may stand among others. */
export async function expectStored(world: LoaderWorld, name: string, schema: Schema, rows: readonly TextRow[]): Promise<void> {
  expectRows(project(await world.stored(name, schema), schema), heldRows(world.harness, schema, rows), schema, `target ${name}`);
}

/** Throws unless the counts are these; what is not named is 0, `in` is their sum. */
export function expectCounts(counts: LoadCounts, expected: Partial<LoadCounts>, what = 'counts'): void {
  const { deleted = 0, ...rows } = expected;
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
  expectEqual(counts, { ...noCounts, ...expected, in: expected.in ?? all, deleted }, what);
}
