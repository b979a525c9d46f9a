import { messageOf } from '@etl/sdk';
import type { TestApi } from './test-api.js';

export interface RecordedTest {
  /** Names of the blocks around the test, and its own. */
  readonly path: readonly string[];
  readonly name: string;
  /** null: it passed */
  readonly error: string | null;
}

/** Runs what `register` registers, one test after the other, and gives what became of each: how the kit is tested by connectors that are wrong on purpose. */
export async function recordContract(
  register: (api: TestApi) => void,
  only: (name: string) => boolean = () => true,
): Promise<RecordedTest[]> {
  const blocks: string[] = [];
  const found: { path: string[]; name: string; body: () => Promise<void> }[] = [];
  register({
    describe(name, body) {
      blocks.push(name);
      body();
      blocks.pop();
    },
    it: (name, body) => void found.push({ path: [...blocks, name], name, body }),
  });
  const results: RecordedTest[] = [];
  for (const { path, name, body } of found) {
    if (!only(name)) continue;
    const error = await body().then(
      () => null,
      (thrown: unknown) => messageOf(thrown),
    );
    results.push({ path, name, error });
  }
  return results;
}
