import { rm } from 'node:fs/promises';
import { describeExtractor, describeLoader } from '@etl/testkit';
import { afterAll, describe, it } from '@jest/globals';
import file from '../src/index.js';
import { makeFolder } from './file-harness.js';
import { ParquetHarness } from './parquet-harness.js';

const folders = [await makeFolder(), await makeFolder(), await makeFolder()] as const;
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const zero = 'the Parquet dictionaries of DuckDB take 0 and -0 for one value';

describeExtractor({ describe, it }, file, {
  ...new ParquetHarness(folders[0], folders[2]).extractor(),
  waivers: { 'reads all types side by side': zero },
});
describeLoader({ describe, it }, file, {
  ...new ParquetHarness(folders[1], folders[2]).loader(),
  waivers: { 'holds all types side by side': zero },
});
