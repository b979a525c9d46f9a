import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { describeExtractor, describeLoader, type TestApi } from '@etl/testkit';
import connector from '../src/index.js';
import { extractorHarness, loaderHarness } from './harness.js';

/** The contract takes any runner that has describe and it: this is the one of Node. */
const api: TestApi = {
  describe: (name, body) => void describe(name, body),
  it: (name, body, timeout = 60_000) => void it(name, { timeout }, body),
};
const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
const folders = [await mkdtemp(join(tmpdir(), 'tables-')), await mkdtemp(join(tmpdir(), 'tables-'))] as const;
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describeExtractor(api, connector, { ...extractorHarness(folders[0]), manifest });
describeLoader(api, connector, { ...loaderHarness(folders[1]), manifest });
