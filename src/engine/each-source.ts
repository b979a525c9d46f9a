import { rowBatch, rowNumber, type Chunk, type Extractor, type Json, type Origin, type Part, type Position, type ReadPlan } from '@etl/sdk';
import type { ParentsTable } from './parents-table.js';

/** Which parents a part of the read is for. */
export interface EachRange {
  /** Name of the part in the run. */
  readonly id: string;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export interface EachRead {
  readonly extractor: Extractor;
  readonly part: Part;
  readonly plan: ReadPlan;
  readonly parents: ParentsTable;
  readonly range: EachRange;
}

type EachPosition = {
  /** The first parent of the batch. */
  readonly parent: number;
  /** How far its read got; null: it begins. */
  readonly inner: Position;
  /** Rows of the part so far, refused ones included. */
  readonly rows: number;
};

const usualBatch = 500;

/** Reads for one batch of parents after the other. It can stop behind each batch, and within one where the extractor can. */
export async function* eachSource({ extractor, part, plan, parents, range }: EachRead, after: Json): AsyncGenerator<Chunk> {
  const { id, from, to } = range;
  const atOnce = Math.max(1, plan.parentsAtOnce ?? usualBatch);
  const start = (after as EachPosition | null) ?? { parent: from, inner: null, rows: 0 };
  let { rows, inner } = start;
  for (let parent = start.parent; parent < to; parent += atOnce) {
    const next = Math.min(to, parent + atOnce);
    for await (const chunk of extractor.read(part, inner, await parents.read(parent, next))) {
      const first = rows;
      rows += chunk.batch.length + chunk.rejects.length;
      const position =
        plan.resume === 'position' && chunk.position !== null ? ({ parent, inner: chunk.position, rows } satisfies EachPosition) : null;
      yield { ...chunk, ...renumbered(chunk, id, first), position };
    }
    inner = null;
    yield {
      batch: { ...rowBatch([]), origin: { part: id, first: rows } },
      rejects: [],
      position: { parent: next, inner: null, rows } satisfies EachPosition,
    };
  }
}

/** Rows are numbered over all batches of the part: each read begins with its own. Those that were refused leave holes. */
function renumbered({ batch, rejects }: Chunk, part: string, first: number): Pick<Chunk, 'batch' | 'rejects'> {
  const { origin } = batch;
  const ends = batch.length > 0 && origin !== undefined ? [rowNumber(origin, 0)] : [];
  const lowest = rejects.reduce((least, reject) => Math.min(least, reject.origin?.first ?? least), ends[0] ?? Number.MAX_SAFE_INTEGER);
  const shift = first - lowest;
  return {
    batch: { ...batch, origin: { part, first, ...(rejects.length > 0 && origin && { numbers: shifted(batch.length, origin, shift) }) } },
    rejects: rejects.map((reject) =>
      reject.origin === undefined ? reject : { ...reject, origin: { part, first: reject.origin.first + shift } },
    ),
  };
}

const shifted = (length: number, origin: Origin, shift: number): Float64Array =>
  Float64Array.from({ length }, (_, row) => rowNumber(origin, row) + shift);
