import { EtlError, type BufferPool } from '@etl/sdk';
import type { Block, BlockSource } from './block-source.js';
import type { CsvDialect } from './csv-dialect.js';
import type { CsvRows } from './csv-rows.js';
import { scanCsv } from './csv-scanner.js';

/** Bytes of a block: large enough to spread the cost of a block, small enough for the processor's cache. */
export const defaultBlock = 1 << 19;

/** No record is longer than this: what looks like one is an open quote. */
export const longestRecord = 1 << 26;

const longestSample = 1 << 22;

export interface CsvBlocksOptions {
  readonly dialect: CsvDialect;
  readonly width: number;
  readonly pool: BufferPool;
  /** The source may begin within a record: what seems to have no end is then no fault, and ends the rows. */
  readonly isSample?: boolean;
}

/** The rows of a file block by block, from where the source begins. Both may be given back to the pool as soon as they were read. */
export async function* csvBlocks(
  source: BlockSource,
  { dialect, width, pool, isSample = false }: CsvBlocksOptions,
): AsyncGenerator<{ readonly block: Block; readonly found: CsvRows }> {
  let bytesPerRow = 4 * width;
  for (let block = await source.next(); ;) {
    const length = block.to - block.from;
    const found = scanCsv(block, { dialect, width, expectedRows: Math.ceil((length / bytesPerRow) * 1.02) + 8, pool });
    const used = found.end - block.from;
    if (used === 0 && isSample && length > longestSample) return;
    if (used === 0 && length > longestRecord)
      throw new EtlError('DATA_INVALID', `a record is longer than ${longestRecord >> 20} MiB`, {
        hint: 'Most likely a quote is opened and never closed. If quotes mean nothing in this file, write `quote: none`',
      });
    if (found.rows > 0) bytesPerRow = Math.max(1, used / found.rows);
    const left = block.bytes.subarray(found.end, block.to);
    const rest = used > 0 ? Buffer.from(left) : left;
    if (used > 0) yield { block, found };
    if (block.final) return;
    block = await source.next(rest);
  }
}
