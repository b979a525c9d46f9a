import { afterAll, describe, it } from '@jest/globals';
import { describeExtractor, describeLoader } from '@etl/testkit';
import mysql from '../src/index.js';
import { MysqlHarness } from './mysql-harness.js';

const harness = await MysqlHarness.create();

describeExtractor({ describe, it }, mysql, await harness.extractor());
describeLoader({ describe, it }, mysql, await harness.loader());

afterAll(() => harness.remove());
