import { defineConnector, modes as allModes, type Connector, type Context, type Mode } from '@etl/sdk';
import { z } from 'zod';
import { memoryExtractor } from './memory-extractor.js';
import { memoryLoader, publishTogether } from './memory-loader.js';
import type { MemoryServer } from './memory-server.js';

const options = z.strictObject({ table: z.string().min(1).describe('Name of the table') });

/** Rows in memory with every promise of the SDK kept in the plainest way: the example for the kit, and what job tests load into. */
export function memoryConnector(server: MemoryServer, modes: readonly Mode[] = allModes): Connector {
  return defineConnector({
    name: 'memory',
    summary: 'Rows in memory',
    connection: z.strictObject({}),
    extractor: { options, each: true },
    loader: { options, modes },
    open: async (_, context: Context) => ({
      async *check() {
        yield { layer: 'memory', ok: true };
      },
      catalog: {
        tables: async () => [...server.tables.keys()].sort(),
        describe: async (table) => ({ fields: server.table(table).fields, key: [] }),
      },
      extractor: async ({ table }) => memoryExtractor(server, table, context.signal),
      loader: async ({ table }) => memoryLoader({ server, table, modes, failpoint: (name) => context.failpoint(name) }),
      publish: async (loads) => publishTogether(loads),
      close: async () => undefined,
    }),
  });
}
