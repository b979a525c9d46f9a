import { EtlError, isEtlError, type Extractor } from '@etl/sdk';
import { refuseQueryForEach } from './cursor-value.js';
import type { SqlExtractOptions } from './extract-options.js';
import type { OpenDatabase } from './open-database.js';
import { planRead } from './plan-read.js';
import { readPart } from './read-part.js';
import { parseRange } from './read-range.js';
import { sourceRelation, type RelationParents, type SourceRelation } from './source-relation.js';
import type { SqlSession } from './sql-client.js';

const reading = { access: 'read', tag: 'etl read', abortable: true } as const;

/** Reads a table or query of any database. Parts have sessions of their own, so that they can be read side by side. */
export function sqlExtractor(open: OpenDatabase, options: SqlExtractOptions): Extractor {
  const { signal, log } = open.database.context;
  /** Lends its moment to the parts until the extractor is closed. */
  let lender: SqlSession | null = null;
  const relation = (session: SqlSession, parents: RelationParents): Promise<SourceRelation> =>
    sourceRelation(open, session, { options, ...(parents === undefined ? {} : { parents }) });
  const lend = async (): Promise<string | null> => {
    await release();
    const session = await open.pool.take(reading);
    await session.begin({ kind: 'snapshot', exported: null });
    const exported = await session.exportSnapshot();
    if (exported === null) await open.pool.give(session, { spoiled: true });
    else lender = session;
    return exported;
  };
  const release = async (): Promise<void> => {
    const session = lender;
    lender = null;
    if (session !== null) await open.pool.give(session, { spoiled: true });
  };
  const beginAt = async (session: SqlSession, snapshot: string | null): Promise<void> => {
    try {
      await session.begin({ kind: 'snapshot', exported: snapshot });
    } catch (error) {
      if (snapshot === null || !isEtlError(error) || error.code === 'CANCELLED' || !session.usable) throw error;
      log.warn('The moment at which the interrupted read saw the database is gone: its other parts are read as they are now');
      await session.rollback();
      await session.begin({ kind: 'snapshot', exported: null });
    }
  };
  return {
    describe: (parents) =>
      cancellable(signal, () => open.pool.with(reading, async (session) => ({ schema: (await relation(session, parents)).schema }))),
    plan: (request) =>
      cancellable(signal, () =>
        open.pool.with(reading, async (session) => {
          const read = await relation(session, request.parents);
          if (request.parents === undefined || options.cursor === undefined)
            return planRead(open, session, { relation: read, bounded: read, options, request, snapshot: lend });
          refuseQueryForEach(options);
          const bounded = await sourceRelation(open, session, { options: { ...options, where: undefined } });
          return planRead(open, session, { relation: read, bounded, options, request, snapshot: lend });
        }),
      ),
    async *read(part, after, parents) {
      const session = await open.pool.take(reading);
      let spoiled = true;
      try {
        await beginAt(session, parseRange(part.range).snapshot);
        yield* readPart(open, session, { relation: await relation(session, parents), options, part, after });
        await session.rollback();
        spoiled = false;
      } catch (error) {
        throw asCancelled(signal, error);
      } finally {
        await open.pool.give(session, { spoiled });
      }
    },
    close: release,
  };
}

async function cancellable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asCancelled(signal, error);
  }
}

const asCancelled = (signal: AbortSignal, error: unknown): unknown =>
  signal.aborted ? new EtlError('CANCELLED', 'The read was interrupted', { cause: error }) : error;
