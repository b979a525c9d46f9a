import type { Connector } from '@etl/sdk';
import { connectionTests } from './connection-tests.js';
import { describeContract, type ContractTests } from './contract.js';
import { comparisonTests } from './loader/comparing.js';
import { loaderFenceTests } from './loader/fencing.js';
import { loaderModeTests } from './loader/modes.js';
import { loaderOptionTests } from './loader/options.js';
import { loaderPartTests } from './loader/parts.js';
import { publishTogetherTests } from './loader/publish-together.js';
import { loaderPlanTests } from './loader/planning.js';
import { loaderPublishTests } from './loader/publishing.js';
import { loaderResumeTests } from './loader/resuming.js';
import { refusedRowTests } from './loader/rows-refused.js';
import { schemaChangeTests } from './loader/schema-changes.js';
import { sideBySideTests } from './loader/side-by-side.js';
import { loaderStateTests } from './loader/states.js';
import { loaderValueTests, plainestOf } from './loader/values.js';
import type { LoaderHarness } from './loader-harness.js';
import { loaderWorld, type LoaderWorld } from './loader-world.js';
import type { TestApi } from './test-api.js';

/** Registers the contract of a loader. The write modes are read from the connector: each offered one is tried, each other one must be refused. */
export function describeLoader(api: TestApi, connector: Connector, harness: LoaderHarness): void {
  const modes = connector.loader?.modes ?? [];
  const { variant, waivers, timeout } = harness;
  const mode = plainestOf(modes);
  const keyed = modes.find((one) => one === 'merge' || one === 'insert-new');
  const tests: ContractTests<LoaderWorld> = {
    ...connectionTests<LoaderWorld>(harness),
    ...sideBySideTests(mode),
    ...loaderOptionTests,
    ...loaderValueTests(harness, modes),
    ...loaderPublishTests(mode),
    ...loaderStateTests(mode),
    ...publishTogetherTests(mode),
    ...loaderModeTests(modes),
    ...schemaChangeTests(modes),
    ...refusedRowTests(harness),
    ...loaderResumeTests(mode),
    ...loaderFenceTests(mode),
    ...loaderPartTests(mode, keyed),
    ...loaderPlanTests(modes),
    ...comparisonTests(modes),
  };
  describeContract(api, {
    title: `loader ${connector.name}${variant === undefined ? '' : ` (${variant})`}`,
    tests,
    world: () => loaderWorld(connector, harness),
    ...(waivers && { waivers }),
    ...(timeout === undefined ? {} : { timeout }),
  });
}
