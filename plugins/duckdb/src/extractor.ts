import { EtlError, type Extractor } from '@etl/sdk';
import type { Session } from '@etl/columnar';
import { existing } from './catalog.js';
import type { DatabaseHolder } from './database-holder.js';
import type { ExtractOptions } from './extract-options.js';
import { planRead } from './plan-read.js';
import { readPart } from './read-part.js';
import { sourceRelation } from './source-relation.js';

/** Reads a table or query. Parts have sessions of their own, so that they can be read side by side. */
export function duckdbExtractor(holder: DatabaseHolder, options: ExtractOptions): Extractor {
  const { signal } = holder.context;
  const relation = (session: Session): ReturnType<typeof sourceRelation> => sourceRelation(session, options, holder.options.schema);
  return {
    describe: () =>
      existing(holder, async (session) => {
        const { schema } = await relation(session);
        return { schema };
      }),
    plan: (request) => existing(holder, async (session) => planRead(session, await relation(session), { options, request })),
    async *read(part, after) {
      const session = await holder.connect();
      const stop = (): void => session.interrupt();
      signal.addEventListener('abort', stop, { once: true });
      try {
        signal.throwIfAborted();
        yield* readPart(session, await relation(session), { part, after });
      } catch (error) {
        if (signal.aborted) throw new EtlError('CANCELLED', 'The read was interrupted', { cause: error });
        throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        await session.close();
      }
    },
    close: async () => undefined,
  };
}
