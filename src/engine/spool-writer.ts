import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openSegment, quote, segmentSql, type SegmentFacts, type SegmentWriter, type Session } from '@etl/columnar';
import { EtlError, type Batch, type Json, type PartWriter, type Schema } from '@etl/sdk';
import type { Failpoint } from './failpoint.js';

/** Row numbers of a part begin here, so that they ascend in source order over all parts. */
const rowsPerPart = 2 ** 40;

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
  /** Name of the column that numbers the rows. */
  readonly rowNumber: string;
}

/** Appends rows of one part to a table of the spool; rows and mark are safe together. While DuckDB reads one segment the next grows. */
export class SpoolWriter implements PartWriter {
  readonly saveBytes = saveBytes;
  readonly #session: Session;
  readonly #part: SpoolPart;
  readonly #options: SpoolWriterOptions;
  #after: Json;
  /** Number of the next row that is given to DuckDB. */
  #next: number;
  #growing: { readonly path: string; readonly segment: SegmentWriter } | null = null;
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

  async write(batch: Batch): Promise<void> {
    if (batch.length === 0) return;
    this.#growing ??= await this.#grow();
    await this.#growing.segment.append(batch);
    if (this.#growing.segment.facts.bytes >= segmentBytes) await this.#cut();
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

  async #grow(): Promise<{ path: string; segment: SegmentWriter }> {
    const path = join(this.#options.temporary, `spool-${randomUUID()}.csv`);
    return { path, segment: await openSegment(path, this.#part.schema) };
  }

  /** Ends a segment, and has DuckDB read it while the next one grows. */
  async #cut(): Promise<void> {
    const growing = this.#growing;
    if (growing === null) return;
    this.#growing = null;
    await growing.segment.close();
    await this.#settle();
    const first = this.#next;
    this.#next += growing.segment.facts.rows;
    this.#inserting = this.#insert(growing.path, { facts: growing.segment.facts, first }).catch((error: unknown) => {
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

  async #insert(path: string, { facts, first }: { readonly facts: SegmentFacts; readonly first: number }): Promise<void> {
    const { table, schema, dataset } = this.#part;
    try {
      await this.#begin();
      const columns = schema.fields.map(({ name }) => quote(name)).join(', ');
      const numbered = `select ${columns}, ${first}::bigint + row_number() over () - 1 from ${segmentSql(path, schema, facts)}`;
      const stored = await this.#session.run(`insert into ${table} (${columns}, ${this.#options.rowNumber}) ${numbered}`);
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
