import { openSync } from 'node:fs';
import {
  cellsOf,
  rowBatch,
  textBatch,
  type Batch,
  type Chunk,
  type Extractor,
  type Part,
  type Position,
  type ReadPlan,
  type Schema,
} from '@etl/sdk';
import { batchOf, textRowsOf, type TextRow } from '@etl/testkit';
import type { Saboteur } from './saboteur.js';
import { need, withExtractor } from './wrap-connector.js';

type Read = (part: Part, after: Position | null, extractor: Extractor) => AsyncIterable<Chunk>;

const reading = (does: string, caughtBy: string, read: Read): Saboteur => ({
  does,
  caughtBy,
  connector: (memory) => withExtractor(memory, (extractor) => ({ ...extractor, read: (part, after) => read(part, after, extractor) })),
});

/** Changes the texts of every chunk. */
const rewriting = (does: string, caughtBy: string, change: (row: TextRow, schema: Schema) => TextRow): Saboteur =>
  reading(does, caughtBy, async function* (part, after, extractor) {
    const schema = await schemaOf(extractor, part);
    for await (const chunk of extractor.read(part, after)) {
      const rows = textRowsOf(schema, chunk.batch).map((row) => change(row, schema));
      yield { ...chunk, batch: batchOf(schema, rows, { form: 'text', part: part.id, first: chunk.batch.origin?.first ?? 0 }) };
    }
  });

const schemaOf = async (extractor: Extractor, { range }: Part): Promise<Schema> => {
  const { columns } = range as { readonly columns: readonly string[] };
  const { schema } = await extractor.describe();
  return { ...schema, fields: columns.flatMap((name) => schema.fields.filter((field) => field.name === name)) };
};

const rounded = (cell: string | null, kind: string | undefined): string | null => {
  if (cell === null || kind !== 'decimal') return cell;
  const digits = /\.(\d+)$/.exec(cell)?.[1]?.length ?? 0;
  return Number(cell).toFixed(digits);
};

/** Moves the first byte of a batch after it was handed over. */
async function* reuseBuffer(chunks: AsyncIterable<Chunk>, schema: Schema): AsyncGenerator<Chunk> {
  const shared = new Uint8Array(1 << 22);
  for await (const chunk of chunks) {
    const { bytes, index, stride } = cellsOf(schema, chunk.batch);
    shared.set(bytes);
    yield { ...chunk, batch: textBatch(schema, { bytes: shared.subarray(0, bytes.length), index, stride }) };
  }
}

const planning = (does: string, caughtBy: string, change: (plan: ReadPlan) => ReadPlan): Saboteur => ({
  does,
  caughtBy,
  connector: (memory) =>
    withExtractor(memory, (extractor) => ({ ...extractor, plan: async (request) => change(await extractor.plan(request)) })),
});

/** What is kept on purpose. */
const leaked: unknown[] = [];

const withRows = (batch: Batch, rows: Batch['rows']): Batch => ({ ...batch, rows });

export const extractorSaboteurs: readonly Saboteur[] = [
  rewriting('rounds decimals through a float', 'reads decimal(38,10) exactly', (row, schema) =>
    row.map((cell, column) => rounded(cell, schema.fields[column]?.type.kind)),
  ),
  rewriting("takes '' for null", "reads '' beside null exactly", (row) => row.map((cell) => (cell === '' ? null : cell))),
  rewriting("takes null for ''", "tells '' from null where it is the only column", (row) => row.map((cell) => cell ?? '')),
  rewriting('cuts text at a NUL', 'reads a NUL within text exactly', (row) => row.map((cell) => cell?.split('\0')[0] ?? null)),
  rewriting('turns CRLF into a line feed', 'reads text exactly', (row) => row.map((cell) => cell?.replaceAll('\r\n', '\n') ?? null)),
  rewriting('shifts a time in a summer-time gap', 'reads timestamp exactly', (row) =>
    row.map((cell) => cell?.replace('2026-03-29 02:30:00', '2026-03-29 03:30:00') ?? null),
  ),
  rewriting('writes decimals with an exponent', 'gives the same rows as values and as cells, all canonical', (row, schema) =>
    row.map((cell, column) => (schema.fields[column]?.type.kind === 'decimal' && cell !== null ? `${cell}e0` : cell)),
  ),
  reading('is one row early on resume', 'resumes after any position without a gap or a repeat', (part, after, extractor) =>
    extractor.read(part, typeof after === 'number' ? after - 1 : after),
  ),
  reading('ignores the position', 'resumes after any position without a gap or a repeat', (part, _, extractor) =>
    extractor.read(part, null),
  ),
  reading('keeps the position to itself', 'resumes after any position without a gap or a repeat', async function* (part, after, extractor) {
    for await (const chunk of extractor.read(part, after)) yield { ...chunk, position: null };
  }),
  reading('ends without the last chunk', 'reads the same rows again from the start of a part', async function* (part, after, extractor) {
    let held: Chunk | undefined;
    let given = false;
    for await (const chunk of extractor.read(part, after)) {
      if (held !== undefined) {
        yield held;
        given = true;
      }
      held = chunk;
    }
    if (held !== undefined && !given) yield held;
  }),
  reading(
    'leaks a file when it is broken off',
    'frees what it opened when the loop is broken off',
    async function* (part, after, extractor) {
      leaked.push(openSync('/dev/null', 'r'));
      yield* extractor.read(part, after);
    },
  ),
  reading(
    'never closes what it opened',
    'leaves no handle open after it was closed in the middle of a read',
    async function* (part, after, extractor) {
      leaked.push(openSync('/dev/null', 'r'));
      yield* extractor.read(part, after);
    },
  ),
  reading(
    'writes into a buffer that it handed over',
    'never changes a batch that it handed over',
    async function* (part, after, extractor) {
      yield* reuseBuffer(extractor.read(part, after), await schemaOf(extractor, part));
    },
  ),
  reading(
    'gives back the memory of the newest batch with an older one',
    'changes no batch before it is released, and releases no other with it',
    async function* (part, after, extractor) {
      let newest: Chunk | undefined;
      for await (const chunk of extractor.read(part, after)) {
        newest = chunk;
        const release = (): void => {
          if (newest !== chunk) newest?.batch.text?.bytes.fill(120);
        };
        yield { ...chunk, release };
      }
    },
  ),
  reading(
    'gives rows() and cells that differ',
    'gives the same rows as values and as cells, all canonical',
    async function* (part, after, extractor) {
      for await (const chunk of extractor.read(part, after))
        yield { ...chunk, batch: withRows(chunk.batch, () => chunk.batch.rows().map((row) => [...row].reverse())) };
    },
  ),
  reading('numbers the rows of each chunk from 0', 'numbers the rows of a part upwards', async function* (part, after, extractor) {
    for await (const chunk of extractor.read(part, after))
      yield { ...chunk, batch: { ...chunk.batch, origin: { part: part.id, first: 0 } } };
  }),
  reading(
    'gives CSV bytes that say something else',
    'gives the same rows as CSV bytes where it has them',
    async function* (part, after, extractor) {
      for await (const chunk of extractor.read(part, after)) yield { ...chunk, batch: { ...chunk.batch, csv: Buffer.from('1,2\n') } };
    },
  ),
  reading('keeps every row that it read', 'hands out a large source in chunks, with flat memory', async function* (part, after, extractor) {
    const kept: Batch[] = [];
    for await (const chunk of extractor.read(part, after)) {
      kept.push(rowBatch(chunk.batch.rows()));
      yield chunk;
    }
    leaked.push(kept);
  }),
  reading('gives all rows at once', 'hands out a large source in chunks, with flat memory', async function* (part, after, extractor) {
    const schema = await schemaOf(extractor, part);
    const rows: TextRow[] = [];
    for await (const { batch } of extractor.read(part, after)) for (const row of textRowsOf(schema, batch)) rows.push(row);
    yield { batch: batchOf(schema, rows, { form: 'rows', part: part.id, first: 0 }), rejects: [], position: null };
  }),
  reading(
    'ends quietly when it is aborted',
    'ends within a second when it is aborted, as CANCELLED and not as if complete',
    async function* (part, after, extractor) {
      try {
        yield* extractor.read(part, after);
      } catch {
        return;
      }
    },
  ),
  {
    does: 'ignores an abort',
    caughtBy: 'ends within a second when it is aborted, as CANCELLED and not as if complete',
    connector: (memory) => ({
      ...memory,
      open: (config, context) => memory.open(config, { ...context, signal: new AbortController().signal }),
    }),
  },
  planning('plans what JSON cannot hold', 'plans what survives JSON, for a process that never planned', (plan) => ({
    ...plan,
    until: new Date(0) as never,
  })),
  planning('gives two parts one id', 'gives each part an id of its own, and together they are the whole', (plan) => ({
    ...plan,
    parts: plan.parts.map((part) => ({ ...part, id: 'part' })),
  })),
  planning('loses the last part', 'gives each part an id of its own, and together they are the whole', (plan) => ({
    ...plan,
    parts: plan.parts.length > 1 ? plan.parts.slice(0, -1) : plan.parts,
  })),
  planning('has a cursor one row behind', 'reads nothing twice from the cursor on', (plan) => ({
    ...plan,
    until: typeof plan.until === 'number' ? plan.until - 1 : plan.until,
  })),
  {
    does: 'ignores the limit',
    caughtBy: 'reads no more rows than the limit',
    connector: (memory) =>
      withExtractor(memory, (extractor) => ({ ...extractor, plan: (request) => extractor.plan({ ...request, limit: Infinity }) })),
  },
  {
    does: 'ignores the columns asked for',
    caughtBy: 'reads only the columns asked for',
    connector: (memory) =>
      withExtractor(memory, (extractor) => ({ ...extractor, plan: ({ since, hold, parts }) => extractor.plan({ since, hold, parts }) })),
  },
  {
    does: 'describes other columns than it plans',
    caughtBy: 'describes the columns that it plans',
    connector: (memory) =>
      withExtractor(memory, (extractor) => ({
        ...extractor,
        async describe() {
          const { schema } = await extractor.describe();
          return { schema: { ...schema, fields: schema.fields.map((field) => ({ ...field, type: { kind: 'text' as const } })) } };
        },
      })),
  },
  {
    does: 'throws an error without a code',
    caughtBy: 'says NOT_FOUND of what does not exist',
    connector: (memory) =>
      withExtractor(memory, (extractor) => ({
        ...extractor,
        describe: () =>
          extractor.describe().catch(() => {
            throw new Error('no such table');
          }),
      })),
  },
  {
    does: 'reads on in a table that was made anew',
    caughtBy: 'says STALE_POSITION when the source changed behind a position',
    connector: (memory, server) =>
      withExtractor(memory, (extractor) => ({
        ...extractor,
        read(part, after) {
          for (const [name, table] of server.tables) server.tables.set(name, { ...table, version: 1 });
          return extractor.read(part, after);
        },
      })),
  },
  {
    does: 'takes any option',
    caughtBy: 'refuses an unknown option of the extract and names it',
    connector: (memory) => ({
      ...memory,
      async open(config, context) {
        const connection = await memory.open(config, context);
        const { extractor } = connection;
        return { ...connection, extractor: async (options) => need(extractor)({ table: (options as { table: string }).table }) };
      },
    }),
  },
];
