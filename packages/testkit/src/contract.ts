import type { TestApi } from './test-api.js';

/** Reasons why a connector cannot pass a test of the contract, by the name of the test. A waived test must fail: one that passes is stale. */
export type Waivers = { readonly [test: string]: string };

/** Tests by name; each gets a world of its own. */
export type ContractTests<W> = { readonly [name: string]: (world: W) => Promise<void> };

/** What a test works in; everything that it opened is closed with it. */
export interface World {
  close(): Promise<void>;
}

export interface Contract<W extends World> {
  readonly title: string;
  readonly tests: ContractTests<W>;
  readonly world: () => Promise<W>;
  readonly waivers?: Waivers;
  /** Milliseconds that one test may take. */
  readonly timeout?: number;
}

/** Registers every test of a contract with the test runner. */
export function describeContract<W extends World>(api: TestApi, contract: Contract<W>): void {
  const { title, tests, world, waivers = {}, timeout = 60_000 } = contract;
  api.describe(title, () => {
    for (const [name, test] of Object.entries(tests)) {
      const reason = waivers[name];
      if (reason === undefined) api.it(name, () => inWorld(world, test), timeout);
      else api.it(`${name} (waived: ${reason})`, () => mustFail(name, () => inWorld(world, test)), timeout);
    }
    api.it('waives only tests of the contract, each with a reason', async () => {
      for (const [name, reason] of Object.entries(waivers)) {
        if (!(name in tests)) throw new Error(`There is no test '${name}' to waive`);
        if (reason.trim() === '') throw new Error(`The waiver of '${name}' gives no reason`);
      }
    });
  });
}

async function inWorld<W extends World>(make: () => Promise<W>, test: (world: W) => Promise<void>): Promise<void> {
  const world = await make();
  try {
    await test(world);
  } catch (error) {
    // The first error is the one to report: closing after it may fail as a consequence.
    await world.close().catch(() => undefined);
    throw error;
  }
  await world.close();
}

async function mustFail(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch {
    return;
  }
  throw new Error(`Stale waiver: '${name}' passes`);
}
