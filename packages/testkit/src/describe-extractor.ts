import type { Connector } from '@etl/sdk';
import { connectionTests } from './connection-tests.js';
import { describeContract, type ContractTests } from './contract.js';
import { extractorBatchTests } from './extractor/batches.js';
import { extractorEndTests } from './extractor/ending.js';
import { extractorOddValueTests } from './extractor/odd-values.js';
import { extractorParentTests } from './extractor/parents.js';
import { extractorPlanTests } from './extractor/planning.js';
import { extractorResumeTests } from './extractor/resuming.js';
import { extractorValueTests } from './extractor/values.js';
import type { ExtractorHarness } from './extractor-harness.js';
import { extractorWorlds, type ExtractorWorld } from './extractor-world.js';
import type { TestApi } from './test-api.js';

/** Registers the contract of an extractor. What the connector claims is read from it; what it cannot hold is a waiver with a reason. */
export function describeExtractor(api: TestApi, connector: Connector, harness: ExtractorHarness): void {
  const { variant, waivers, timeout } = harness;
  const tests: ContractTests<ExtractorWorld> = {
    ...connectionTests<ExtractorWorld>(harness),
    ...extractorValueTests(harness),
    ...extractorBatchTests,
    ...extractorPlanTests,
    ...extractorResumeTests(harness),
    ...extractorParentTests(harness),
    ...extractorOddValueTests(harness),
    ...extractorEndTests,
  };
  describeContract(api, {
    title: `extractor ${connector.name}${variant === undefined ? '' : ` (${variant})`}`,
    tests,
    world: extractorWorlds(connector, harness),
    ...(waivers && { waivers }),
    ...(timeout === undefined ? {} : { timeout }),
  });
}
