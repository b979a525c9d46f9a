import { readFile, rm } from 'node:fs/promises';
import { describeExtractor, describeLoader } from '@etl/testkit';
import { afterAll, describe, it } from '@jest/globals';
import file from '../src/index.js';
import { fileExtractorHarness, fileLoaderHarness, makeFolder } from './file-harness.js';

const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const sources = await makeFolder();
const targets = await makeFolder();
afterAll(async () => {
  await rm(sources, { recursive: true, force: true });
  await rm(targets, { recursive: true, force: true });
});

const rowsOnly = 'every row of a table in a text file has the same cells, so that a new column would change rows that are written';
const noTypes = 'a text file holds no types that a new value could contradict';
const tableWaivers = { 'evolve adds a column': rowsOnly, 'refuses a column whose type does not fit': noTypes };

const jsonNull = 'null is the only null of a JSON file';
const jsonReadWaivers = {
  'reads a JSON null beside null exactly': jsonNull,
};
const jsonWriteWaivers = {
  'holds a JSON null beside null exactly': jsonNull,
  'holds json exactly': 'what reads the file natively cannot tell the JSON text "a" from the text a; see the round trips of @etl/files',
  'refuses a column whose type does not fit': noTypes,
  'makes a target without rows in mode append': 'a file without records names no columns',
  'makes a target without rows in mode replace': 'a file without records names no columns',
  'publishes a load without rows in mode replace': 'a file without records names no columns',
};

// the large tables are as large as can be for the two formats that the others are made of
const rowsOf = (extension: string): number => (extension === 'csv' || extension === 'ndjson' ? 200_000 : 40_000);

for (const extension of ['csv', 'tsv', 'csv.gz'] as const) {
  describeExtractor({ describe, it }, file, { ...fileExtractorHarness(sources, { extension }), manifest, rows: rowsOf(extension) });
  describeLoader({ describe, it }, file, { ...fileLoaderHarness(targets, { extension }), manifest, waivers: tableWaivers });
}
for (const extension of ['ndjson', 'json'] as const) {
  describeExtractor({ describe, it }, file, {
    ...fileExtractorHarness(sources, { extension }),
    manifest,
    rows: rowsOf(extension),
    waivers: jsonReadWaivers,
  });
  describeLoader({ describe, it }, file, { ...fileLoaderHarness(targets, { extension }), manifest, waivers: jsonWriteWaivers });
}
