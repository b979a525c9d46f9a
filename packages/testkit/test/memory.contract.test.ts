import { describe, it } from '@jest/globals';
import {
  describeExtractor,
  describeLoader,
  memoryConnector,
  memoryExtractorHarness,
  memoryLoaderHarness,
  MemoryServer,
} from '@etl/testkit';

const server = new MemoryServer();
const connector = memoryConnector(server);

describeExtractor({ describe, it }, connector, memoryExtractorHarness(server));
describeLoader({ describe, it }, connector, memoryLoaderHarness(server));
describeLoader({ describe, it }, memoryConnector(server, ['append']), { ...memoryLoaderHarness(server), variant: 'append alone' });
