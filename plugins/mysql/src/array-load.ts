import { EtlError, isEtlError, type Batch } from '@etl/sdk';
import type { BulkResult, BulkTarget } from '@etl/sql';
import { arrayHead, packetsAhead, type ArrayAnswer } from './array-protocol.js';
import { ArrayRows, arrayType, writeLength } from './array-rows.js';
import { quoteName } from './column-type.js';
import { cellForm, conversionOf, keptRows, type KeptRows } from './load-data.js';
import { LoadBuffer, type LoadColumn } from './load-text.js';
import { wholeName } from './mysql-ddl.js';
import { errorEntry, nativeKey } from './mysql-errors.js';

/** Bytes of a packet, which ends with the first row behind them. */
const packetBytes = 256 * 1024;

/** No packet of the protocol is longer, whatever the server takes in several. */
const longestEver = 2 ** 24 - 1;
/** Writes in a row that had to be taken back, until a session writes to the table in the other way alone: each is work for nothing. */
const mostMissed = 3;
/** The server, or something between, does not know such statements after all. */
const unknownStatement: ReadonlySet<string> = new Set(['1047', '1235', '1295', '1835']);

/** What arrays need of their session. */
interface ArraySession {
  /** Prepares a statement, once for each text; answers its number. */
  prepare(sql: string): Promise<number>;
  /** Sends packets of rows, each with 4 bytes of room in front. */
  sendArrays(next: () => Buffer | null): Promise<ArrayAnswer>;
}

/** The arrays of one session. */
export class ArrayWriter {
  readonly #session: ArraySession;
  readonly #longestPacket: number;
  readonly #buffers = Array.from({ length: packetsAhead }, () => new LoadBuffer(packetBytes + packetBytes / 8));
  #table = '';
  #missed = 0;

  /** `longestPacket`: bytes that the server takes at a time. */
  constructor(session: ArraySession, longestPacket: number) {
    this.#session = session;
    this.#longestPacket = Math.min(longestPacket, longestEver);
  }

  /**
   * Writes rows as arrays of one prepared INSERT. The session is strict: a row that would be bent, cut or left out is an error or a warning. `bent`: there was one, and nobody
   * knows of which row, so that what was written is to be taken back. `none`: nothing was written, since the rows are none for an array.
   */
  async write(target: BulkTarget, batches: readonly Batch[]): Promise<BulkResult | 'bent' | 'none'> {
    const table = wholeName(target.table);
    if (this.#table !== table) [this.#table, this.#missed] = [table, 0];
    if (this.#missed >= mostMissed || !isForArrays(target)) return 'none';
    const kept = keptRows(target, batches, []);
    if (kept.sent === 0) return { stored: true, refused: kept.refused };
    // No row is longer than the bytes of its batch
    if (kept.all.some(({ cells: { bytes } }) => 2 * (bytes.length + packetBytes) > this.#longestPacket)) return 'none';
    const answer = await this.#send(target, kept);
    if (answer === null) return 'bent';
    if (answer.rows !== kept.sent)
      throw new EtlError('UNBALANCED', `MySQL stored ${answer.rows} rows of ${kept.sent} that were sent`, {
        hint: 'Nothing of them was kept. Please report this',
      });
    return { stored: true, refused: kept.refused };
  }

  async #send(target: BulkTarget, kept: KeptRows): Promise<ArrayAnswer | null> {
    try {
      const statement = await this.#session.prepare(insertStatement(target));
      const answer = await this.#session.sendArrays(packets(target, kept, { statement, buffers: this.#buffers }));
      this.#missed = answer.warnings > 0 ? this.#missed + 1 : 0;
      return answer.warnings > 0 ? null : answer;
    } catch (error) {
      if (!isEtlError(error)) throw error;
      if (unknownStatement.has(nativeKey(error.cause))) this.#missed = mostMissed;
      else if (errorEntry(error.cause).row === true) this.#missed++;
      else throw error;
      return null;
    }
  }
}

/** The digits of some types would be taken for their bytes. */
const isForArrays = ({ columns }: BulkTarget): boolean =>
  columns.every(({ field, given }) => given.type.kind === 'bytes' || conversionOf(field, given, '') === null);

function insertStatement({ table, columns, ordinal }: BulkTarget): string {
  const names = [...columns.map(({ field }) => field.name), ...(ordinal === null ? [] : [ordinal.column])];
  return `insert into ${wholeName(table)} (${names.map(quoteName).join(', ')}) values (${names.map(() => '?').join(', ')})`;
}

interface Sending {
  /** Number of the prepared statement. */
  readonly statement: number;
  readonly buffers: readonly LoadBuffer[];
}

/** Writes row after row into one of a few buffers, in turn, until it is full enough. */
function packets({ columns, ordinal }: BulkTarget, { all, left }: KeptRows, { statement, buffers }: Sending): () => Buffer | null {
  const layout = columns.map(({ given, at }): LoadColumn => ({ at, form: cellForm(given) }));
  const types = layout.map(({ form }) => arrayType(form));
  const head = arrayHead(statement, ordinal === null ? types : [...types, 'text']);
  let [turn, batch, row, position] = [0, 0, 0, 0];
  let rows: ArrayRows | null = null;
  return () => {
    const out = buffers[turn++ % buffers.length];
    if (out === undefined) return null;
    out.used = 4 + head.length;
    out.bytes.set(head, 4);
    const empty = out.used;
    while (out.used < packetBytes && batch < all.length) {
      const { cells, length } = all[batch] ?? { cells: null, length: 0 };
      if (cells === null || row >= length) {
        batch++;
        row = 0;
        rows = null;
        continue;
      }
      rows ??= new ArrayRows(cells, layout);
      if (!left.has(position)) {
        rows.row(row, out);
        if (ordinal !== null) writeOrdinal(ordinal.first, position, out);
      }
      row++;
      position++;
    }
    return out.used === empty ? null : out.bytes.subarray(0, out.used);
  };
}

function writeOrdinal(first: bigint, position: number, out: LoadBuffer): void {
  const text = String(first + BigInt(position));
  out.room(text.length + 16);
  out.bytes[out.used++] = 0;
  writeLength(text.length, out);
  out.used += out.bytes.write(text, out.used, 'latin1');
}
