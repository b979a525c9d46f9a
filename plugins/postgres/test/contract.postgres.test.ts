import { afterAll, describe, it } from '@jest/globals';
import { describeExtractor, describeLoader } from '@etl/testkit';
import postgres from '../src/index.js';
import { PostgresHarness } from './postgres-harness.js';

const harness = await PostgresHarness.create();

describeExtractor({ describe, it }, postgres, await harness.extractor());
describeLoader({ describe, it }, postgres, await harness.loader());

afterAll(() => harness.remove());
