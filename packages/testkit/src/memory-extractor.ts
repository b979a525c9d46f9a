import {
  EtlError,
  rowBatch,
  type Chunk,
  type Extractor,
  type Field,
  type ParentColumns,
  type Parents,
  type Part,
  type Position,
  type ReadPlan,
  type ReadRequest,
  type Schema,
} from '@etl/sdk';
import { batchOf } from './batch-of.js';
import type { MemoryServer } from './memory-server.js';
import { textRowsOf, type TextRow } from './text-row.js';

type Range = { readonly from: number; readonly to: number; readonly columns: readonly string[]; readonly version: number };

const size = 1000;

/**
 * Reads a table in its order; a position is the number of the next row. For parents it gives the rows whose columns of their names hold their values; columns that
 * are included come first.
 */
export function memoryExtractor(server: MemoryServer, name: string, signal: AbortSignal): Extractor {
  return {
    async describe(parents) {
      const { fields } = server.table(name);
      return { schema: schemaOfColumns({ fields, key: [] }, namesOf(fields, parents)) };
    },
    async plan({ since, parts, columns, limit, parents }: ReadRequest): Promise<ReadPlan> {
      const { fields, rows, version } = server.table(name);
      const names = columns ?? namesOf(fields, parents);
      const from = typeof since === 'number' ? since : 0;
      const until = Math.min(rows.length, limit === undefined ? rows.length : from + limit);
      const step = Math.max(1, Math.ceil((until - from) / parts));
      const ranges: Range[] = [];
      for (let at = from; at < until; at += step) ranges.push({ from: at, to: Math.min(until, at + step), columns: names, version });
      return {
        schema: schemaOfColumns({ fields, key: [] }, names),
        parts: ranges.map((range) => ({ id: `${range.from}-${range.to}`, range })),
        until,
        resume: 'position',
        snapshot: 'whole',
        expect: { rows: until - from },
      };
    },
    async *read({ id, range }: Part, after: Position | null, parents?: Parents): AsyncGenerator<Chunk> {
      const { from, to, columns, version } = range as Range;
      const table = server.table(name);
      if (after !== null && table.version !== version) throw new EtlError('STALE_POSITION', `Table ${name} was made anew`);
      const schema = schemaOfColumns({ fields: table.fields, key: [] }, columns);
      const places = columns.map((column) => table.fields.findIndex((field) => field.name === column));
      const belongs = parents === undefined ? () => true : ofParents(table.fields, parents);
      for (let at = typeof after === 'number' ? after : from; at < to; at += size) {
        if (signal.aborted) throw new EtlError('CANCELLED', `Reading ${name} was interrupted`);
        const end = Math.min(to, at + size);
        const found = table.rows.slice(at, end).filter(belongs);
        const rows = found.map((row): TextRow => places.map((place) => row[place] ?? null));
        yield { batch: batchOf(schema, rows, { form: 'text', part: id, first: at - from }), rejects: [], position: end };
      }
    },
    close: async () => undefined,
  };
}

const namesOf = (fields: readonly Field[], parents: ParentColumns | undefined): string[] => {
  const carried = parents?.include ?? [];
  return [...carried, ...fields.map(({ name }) => name).filter((name) => !carried.includes(name))];
};

/** Whether a row of the table belongs to one of the parents. */
function ofParents(fields: readonly Field[], parents: Parents): (row: TextRow) => boolean {
  const schema: Schema = { fields: parents.fields, key: [] };
  const places = parents.fields.map((parent) => fields.findIndex(({ name }) => name === parent.name));
  const keys = new Set(textRowsOf(schema, rowBatch(parents.rows)).map((row) => JSON.stringify(row)));
  return (row) => keys.has(JSON.stringify(places.map((place) => row[place] ?? null)));
}

function schemaOfColumns({ fields, key }: Schema, columns: readonly string[]): Schema {
  const picked = columns.map((column) => {
    const field = fields.find(({ name }) => name === column);
    if (field === undefined) throw new EtlError('SCHEMA_MISMATCH', `There is no column ${column}`);
    return field;
  });
  return { fields: picked, key };
}
