import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openSegment, quote, segmentSql, type SegmentWriter, type Session } from '@etl/columnar';
import { EtlError, rowNumber, type Batch, type Json, type PartWriter, type Schema } from '@etl/sdk';
import { rowNumberColumn, rowNumberField, rowsPerPart } from '../transforms/step.js';
import { withNumbers } from '../transforms/index.js';
import type { Failpoint } from './failpoint.js';

/** Bytes of a segment: enough for DuckDB to fill row groups, little enough that two are on their way at a time. */
const segmentBytes = 32 * 2 ** 20;

/** Bytes from save to save: rows lie on disk meanwhile. */
const saveBytes = 256 * 2 ** 20;

export interface SpoolPart {
  /** Quoted name of the table. */
  readonly table: string;
  readonly schema: Schema;
  readonly dataset: string;
  readonly id: string;
  /** Place of the part in source order. */
  readonly number: number;
}

export interface SpoolWriterOptions {
  /** Folder for segments, mode 0700. */
  readonly temporary: string;
  readonly failpoint: Failpoint;
}

/** A segment whose rows are numbered as they follow each other, or by their last column. */
interface Growing {
  readonly path: string;
  readonly segment: SegmentWriter;
  readonly first: number;
  readonly isNumbered: boolean;
}

/**
 * Appends rows of one part to a table of the spool; rows and mark are safe together. While DuckDB reads one segment the next grows. A row keeps
 * the number that it has in its part of the source, so that a later reject can still name it.
 */
export class SpoolWriter implements PartWriter {
  readonly saveBytes = saveBytes;
  readonly #session: Session;
  readonly #part: SpoolPart;
  readonly #options: SpoolWriterOptions;
  #after: Json;
  /** The least number that the next row may have. */
  #next: number;
  #growing: Growing | null = null;
  /** Rows were left out between others: from here on each says its number. */
  #hasGaps = false;
  #inserting: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;
  #open = false;

  private constructor(session: Session, part: SpoolPart, options: SpoolWriterOptions, saved: { mark: Json; next: number } | null) {
    this.#session = session;
    this.#part = part;
    this.#options = options;
    this.#after = saved?.mark ?? null;
    this.#next = saved?.next ?? part.number * rowsPerPart;
  }

  /** Takes over the session, and continues behind what an earlier process saved. */
  static async open(session: Session, part: SpoolPart, options: SpoolWriterOptions): Promise<SpoolWriter> {
    const [saved] = await session.rows('select mark, next from _etl_part where dataset = $1 and part = $2', [part.dataset, part.id]);
    return new SpoolWriter(
      session,
      part,
      options,
      saved === undefined ? null : { mark: JSON.parse(String(saved['mark'])) as Json, next: Number(saved['next']) },
    );
  }

  get after(): Json {
    return this.#after;
  }

  async write(batch: Batch, release?: () => void): Promise<void> {
    if (batch.length === 0) return;
    const { first, numbers } = rowNumbers(batch, this.#part.number * rowsPerPart, this.#next);
    if (numbers !== null || (this.#growing !== null && first !== this.#next)) this.#hasGaps = true;
    if (this.#growing !== null && this.#growing.isNumbered !== this.#hasGaps) await this.#cut();
    this.#growing ??= await this.#grow(first);
    const { segment, isNumbered } = this.#growing;
    const origin = { part: this.#part.id, first, ...(numbers !== null && { numbers }) };
    await segment.append(isNumbered ? withNumbers(this.#schema(true), { ...batch, origin }) : batch);
    this.#next = this.#behind(numbers?.at(-1) ?? first + batch.length - 1);
    release?.();
    if (segment.facts.bytes >= segmentBytes) await this.#cut();
  }

  /** The number behind one. Throws where two rows could get the same: it is past those of this part, or no longer exact. */
  #behind(last: number): number {
    const { dataset, number } = this.#part;
    if (last < (number + 1) * rowsPerPart && Number.isSafeInteger(last + 1)) return last + 1;
    throw new EtlError(
      'DATA_INVALID',
      `${dataset} has more rows or parts than the spool can number: row ${last % rowsPerPart} of part ${number + 1}`,
      {
        hint: 'Read the source in several runs, each with fewer files or rows',
      },
    );
  }

  /** The spool takes whatever the schema says. */
  async flush(): Promise<readonly never[]> {
    return [];
  }

  async save(mark: Json): Promise<void> {
    await this.#cut();
    await this.#settle();
    const { dataset, id } = this.#part;
    await this.#begin();
    await this.#session.run('insert or replace into _etl_part values ($1, $2, $3, $4)', [dataset, id, JSON.stringify(mark), this.#next]);
    await this.#options.failpoint('spool.saving');
    await this.#session.run('commit');
    this.#open = false;
    this.#after = mark;
    await this.#options.failpoint('spool.saved');
  }

  async close(): Promise<void> {
    // What was not saved is given up: its failure, if any, was already told or does not matter any more
    await this.#inserting.catch(() => undefined);
    if (this.#open) await this.#session.run('rollback').catch(() => undefined);
    this.#open = false;
    const growing = this.#growing;
    this.#growing = null;
    await growing?.segment.close();
    if (growing !== null) await rm(growing.path, { force: true });
    await this.#session.close();
  }

  async #grow(first: number): Promise<Growing> {
    const path = join(this.#options.temporary, `spool-${randomUUID()}.csv`);
    return { path, segment: await openSegment(path, this.#schema(this.#hasGaps)), first, isNumbered: this.#hasGaps };
  }

  #schema(isNumbered: boolean): Schema {
    const { schema } = this.#part;
    return isNumbered ? { fields: [...schema.fields, rowNumberField], key: [] } : schema;
  }

  /** Ends a segment, and has DuckDB read it while the next one grows. */
  async #cut(): Promise<void> {
    const growing = this.#growing;
    if (growing === null) return;
    this.#growing = null;
    await growing.segment.close();
    await this.#settle();
    this.#inserting = this.#insert(growing).catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /** Waits for the insert that is under way and throws what it threw. */
  async #settle(): Promise<void> {
    await this.#inserting;
    if (this.#failure === null) return;
    const { error } = this.#failure;
    throw error;
  }

  async #insert({ path, segment: { facts }, first, isNumbered }: Growing): Promise<void> {
    const { table, schema, dataset } = this.#part;
    try {
      await this.#begin();
      const columns = schema.fields.map(({ name }) => quote(name)).join(', ');
      const number = isNumbered ? rowNumberColumn : `${first}::bigint + row_number() over () - 1`;
      const stored = await this.#session.run(
        `insert into ${table} (${columns}, ${rowNumberColumn}) select ${columns}, ${number} from ${segmentSql(path, this.#schema(isNumbered), facts)}`,
      );
      if (stored !== facts.rows) throw new EtlError('UNBALANCED', `The spool stored ${stored} of ${facts.rows} rows of ${dataset}`);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    await this.#session.run('begin transaction');
    this.#open = true;
  }
}

/** The numbers of the rows of a batch, null where they follow each other: those of the source where they ascend, none below `next`; else the next ones. */
function rowNumbers(
  { length, origin }: Batch,
  base: number,
  next: number,
): { readonly first: number; readonly numbers: Float64Array | null } {
  const onwards = { first: next, numbers: null };
  if (origin === undefined) return onwards;
  const first = base + rowNumber(origin, 0);
  if (first < next) return onwards;
  if (origin.numbers === undefined) return { first, numbers: null };
  const numbers = Float64Array.from({ length }, (_, row) => base + rowNumber(origin, row));
  if (numbers.some((number, row) => row > 0 && number <= (numbers[row - 1] ?? 0))) return onwards;
  return { first, numbers: (numbers.at(-1) ?? first) - first === length - 1 ? null : numbers };
}
