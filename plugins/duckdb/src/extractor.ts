import { EtlError, type Extractor, type ParentColumns, type Parents } from '@etl/sdk';
import type { Session } from '@etl/columnar';
import { existing } from './catalog.js';
import type { DatabaseHolder } from './database-holder.js';
import type { SqlExtractOptions } from '@etl/sql/rules';
import { planRead } from './plan-read.js';
import { readPart } from './read-part.js';
import { sourceRelation } from './source-relation.js';

/** Reads a table or query. Parts have sessions of their own, so that they can be read side by side. */
export function duckdbExtractor(holder: DatabaseHolder, options: SqlExtractOptions): Extractor {
  const { signal } = holder.context;
  const defaultSchema = holder.options.schema;
  const relation = (session: Session, parents?: ParentColumns | Parents): ReturnType<typeof sourceRelation> =>
    sourceRelation(session, options, { defaultSchema, parents });
  return {
    describe: (parents) =>
      existing(holder, async (session) => {
        const { schema } = await relation(session, parents);
        return { schema };
      }),
    plan: (request) =>
      existing(holder, async (session) => {
        if (request.parents !== undefined) refuseEach(options);
        const read = await relation(session, request.parents);
        const isWhole = request.parents === undefined || options.cursor === undefined;
        const bounded = isWhole ? read : await sourceRelation(session, { ...options, where: undefined }, { defaultSchema });
        return planRead(session, read, { options, request, bounded });
      }),
    async *read(part, after, parents) {
      const session = await holder.connect();
      const stop = (): void => session.interrupt();
      signal.addEventListener('abort', stop, { once: true });
      try {
        signal.throwIfAborted();
        yield* readPart(session, await relation(session, parents), { part, after });
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

/** The bound of a cursor is fixed over the whole source: a query that needs a value to run has none. */
function refuseEach({ query, cursor }: SqlExtractOptions): void {
  if (query === undefined || cursor === undefined) return;
  throw new EtlError('CONFIG_INVALID', 'A query that is read for each row of another dataset cannot continue from a cursor', {
    hint: 'Name a table and a where instead of the query: table: orders, where: "customer_id = :id"',
  });
}
