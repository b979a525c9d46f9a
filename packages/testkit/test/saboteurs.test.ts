import { describe, expect, it } from '@jest/globals';
import {
  describeExtractor,
  describeLoader,
  memoryConnector,
  memoryExtractorHarness,
  memoryLoaderHarness,
  MemoryServer,
  recordContract,
  type TestApi,
} from '@etl/testkit';
import { extractorSaboteurs } from './saboteurs/extractor-saboteurs.js';
import { loaderSaboteurs } from './saboteurs/loader-saboteurs.js';
import type { Saboteur } from './saboteurs/saboteur.js';

type Register = (api: TestApi, saboteur: Saboteur) => void;

const extractor: Register = (api, saboteur) => {
  const server = new MemoryServer();
  describeExtractor(api, saboteur.connector(memoryConnector(server), server), memoryExtractorHarness(server));
};

const loader: Register = (api, saboteur) => {
  const server = new MemoryServer();
  describeLoader(api, saboteur.connector(memoryConnector(server), server), memoryLoaderHarness(server));
};

/** Only the saboteur may fail the test that catches it: the same test passes without the sabotage (memory.contract.test.ts). */
function describeSaboteurs(title: string, saboteurs: readonly Saboteur[], register: Register): void {
  describe(title, () => {
    for (const saboteur of saboteurs) {
      it(`${saboteur.does}: fails '${saboteur.caughtBy}'`, async () => {
        const tests = await recordContract(
          (api) => register(api, saboteur),
          (name) => name === saboteur.caughtBy,
        );
        expect(tests).toHaveLength(1);
        expect(tests[0]?.error).toEqual(expect.any(String));
      });
    }
  });
}

describeSaboteurs('an extractor that', extractorSaboteurs, extractor);
describeSaboteurs('a loader that', loaderSaboteurs, loader);
