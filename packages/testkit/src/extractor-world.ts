import {
  EtlError,
  type Chunk,
  type Connection,
  type Connector,
  type Extractor,
  type Part,
  type Position,
  type ReadPlan,
  type ReadRequest,
  type Schema,
} from '@etl/sdk';
import { connectionWorld, type ConnectionWorld } from './connection-world.js';
import { roundTrip } from './expect-equal.js';
import type { ExtractorHarness, Seeded } from './extractor-harness.js';
import { manyRows, manySchema } from './hard-rows.js';
import { textRowsOf, type TextRow } from './text-row.js';

export interface ExtractorWorld extends ConnectionWorld {
  readonly harness: ExtractorHarness;
  extractor(options: unknown, connection?: Connection): Promise<Extractor>;
  /** Plans in a connection of its own; what comes back went through JSON, as a saved plan does. */
  plan(seeded: Seeded, request?: Partial<ReadRequest>): Promise<ReadPlan>;
  /** Reads in a connection that never planned, and closes it. */
  read(seeded: Seeded, part: Part, options?: ReadOptions): Promise<ReadResult>;
  /** Plans and reads all parts. */
  readAll(seeded: Seeded, request?: Partial<ReadRequest>): Promise<{ readonly plan: ReadPlan; readonly rows: TextRow[] }>;
  /** The large source of `manyRows`, made once for all tests. */
  many(): Promise<{ readonly seeded: Seeded; readonly count: number }>;
}

export interface ReadOptions {
  readonly schema: Schema;
  readonly after?: Position | null;
  /** Sees each chunk before the next is pulled. */
  readonly onChunk?: (chunk: Chunk) => void;
}

export interface ReadResult {
  readonly rows: TextRow[];
  /** How many rows had been read at each position, in order. */
  readonly positions: readonly { readonly rows: number; readonly position: Position }[];
}

/** Makes worlds that share the large source. */
export function extractorWorlds(connector: Connector, harness: ExtractorHarness): () => Promise<ExtractorWorld> {
  let many: Promise<Seeded> | undefined;
  const count = rowsOf(harness);
  const largeSource = (): Promise<Seeded> => (many ??= harness.seed(manySchema, manyRows(count)));
  return async () => {
    const base = await connectionWorld({ connector, connection: () => harness.connection(), columnar: harness.columnar });
    return { ...base, harness, ...reading(base), many: async () => ({ seeded: await largeSource(), count }) };
  };
}

function reading(base: ConnectionWorld): Pick<ExtractorWorld, 'extractor' | 'plan' | 'read' | 'readAll'> {
  const extractor = async (options: unknown, connection?: Connection): Promise<Extractor> => {
    const opened = connection ?? (await base.open());
    if (opened.extractor === undefined) throw new EtlError('CAPABILITY_MISSING', `${base.connector.name} opened without its extractor`);
    return opened.extractor(options);
  };
  const plan = async (seeded: Seeded, request: Partial<ReadRequest> = {}): Promise<ReadPlan> => {
    const connection = await base.open();
    const source = await extractor(seeded.options, connection);
    const made = await source.plan(requestFor(seeded, request));
    await source.close();
    await base.shut(connection);
    return roundTrip(made);
  };
  const read = async (seeded: Seeded, part: Part, { schema, after = null, onChunk }: ReadOptions): Promise<ReadResult> => {
    const connection = await base.open();
    const source = await extractor(seeded.options, connection);
    const rows: TextRow[] = [];
    const positions: { rows: number; position: Position }[] = [];
    for await (const chunk of source.read(roundTrip(part), roundTrip(after))) {
      onChunk?.(chunk);
      if (chunk.rejects.length > 0) throw new Error(`A good row was rejected: ${JSON.stringify(chunk.rejects[0])}`);
      for (const row of textRowsOf(schema, chunk.batch)) rows.push(row);
      if (chunk.position !== null) positions.push({ rows: rows.length, position: roundTrip(chunk.position) });
      chunk.release?.();
    }
    await source.close();
    await base.shut(connection);
    return { rows, positions };
  };
  const readAll = async (seeded: Seeded, request: Partial<ReadRequest> = {}): Promise<{ plan: ReadPlan; rows: TextRow[] }> => {
    const made = await plan(seeded, request);
    const rows: TextRow[] = [];
    for (const part of made.parts) for (const row of (await read(seeded, part, { schema: made.schema })).rows) rows.push(row);
    return { plan: made, rows };
  };
  return { extractor, plan, read, readAll };
}

/** A request for everything, with the declared types of the source. */
export const requestFor = ({ declared }: Seeded, request: Partial<ReadRequest> = {}): ReadRequest => ({
  since: null,
  hold: null,
  parts: 1,
  ...(declared && { schema: declared }),
  ...request,
});

/** Rows of the large sources: what the harness says, a million in the long mode. */
export const rowsOf = ({ rows = 200_000 }: ExtractorHarness): number => (process.env['TESTKIT_LONG'] === '1' ? 1_000_000 : rows);
