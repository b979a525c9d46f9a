import { afterAll, describe, it } from '@jest/globals';
import { describeExtractor, describeLoader } from '@etl/testkit';
import oracle from '../src/index.js';
import { OracleHarness } from './oracle-harness.js';

const harness = await OracleHarness.create();

describeExtractor({ describe, it }, oracle, await harness.extractor());
describeLoader({ describe, it }, oracle, await harness.loader());

afterAll(() => harness.close());
