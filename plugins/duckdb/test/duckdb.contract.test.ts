import { afterAll, describe, it } from '@jest/globals';
import { describeExtractor, describeLoader } from '@etl/testkit';
import duckdb from '../src/index.js';
import { DuckDbHarness } from './duckdb-harness.js';

const harness = await DuckDbHarness.create();

describeExtractor({ describe, it }, duckdb, await harness.extractor());
describeLoader({ describe, it }, duckdb, await harness.loader());

afterAll(() => harness.remove());
