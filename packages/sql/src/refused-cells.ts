import { cellsOf, cellTexts, pickRows, type Batch, type Reject, type Schema } from '@etl/sdk';
import type { RefusedCell } from './sql-client.js';

export interface ReadRows {
  /** The columns that were asked for. */
  readonly schema: Schema;
  readonly batch: Batch;
  readonly refused: readonly RefusedCell[];
  readonly part: string;
  /** Number of the first row in its part. */
  readonly first: number;
}

/** Rejects the rows with cells that no canonical text can say. The others keep their numbers; a cell behind the columns of the schema hides no row. */
export function setApartRows({ schema, batch, refused, part, first }: ReadRows): {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
} {
  const numbered = { ...batch, origin: { part, first } };
  const perRow = new Map<number, RefusedCell[]>();
  for (const cell of refused) {
    if (cell.column >= schema.fields.length) continue;
    const before = perRow.get(cell.row);
    if (before === undefined) perRow.set(cell.row, [cell]);
    else before.push(cell);
  }
  if (perRow.size === 0) return { batch: numbered, rejects: [] };
  const kept = Array.from({ length: batch.length }, (_, row) => row).filter((row) => !perRow.has(row));
  const cells = cellsOf(schema, batch);
  const rejects = [...perRow]
    .sort(([a], [b]) => a - b)
    .map(([row, odd]): Reject => {
      const [one] = odd.sort((a, b) => a.column - b.column);
      const field = schema.fields[one?.column ?? 0]?.name;
      return {
        reason: odd.map(({ reason }) => reason).join('; '),
        code: 'DATA_INVALID',
        ...(field === undefined ? {} : { field }),
        values: cellTexts(schema, cells, row),
        origin: { part, first: first + row },
      };
    });
  return { batch: pickRows(schema, numbered, kept), rejects };
}
