import { quote, type Session } from '@etl/columnar';
import { EtlError, type Batch, type Mark, type PartWriter, type Reject } from '@etl/sdk';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadWorld } from './load-world.js';
import { savePart, type StagedPart } from './load-state.js';
import { findRefused, isRefusal, type Refused } from './refused-rows.js';
import { growCsvSegment, parquetSegment, type GrowingSegment, type Segment } from './segment-file.js';

interface Waiting {
  readonly segment: Segment;
  /** Its refused rows, once they were found. */
  refused: Refused | null;
}

/** Bytes of a segment: enough for DuckDB to fill row groups in several threads, little enough that two are on their way at a time. */
const segmentBytes = 32 * 1024 * 1024;

/** Bytes from save to save. A save that is too small for a row group of DuckDB is written twice, to its log and then to its file. */
const saveBytes = 256 * 1024 * 1024;

/**
 * Writes one part to its staging table. Rows go in one transaction from save to save, which a refused row forces to begin anew: the
 * segments stay on disk until their save. While DuckDB reads one segment the next is written.
 */
export class DuckDbPartWriter implements PartWriter {
  readonly #world: LoadWorld;
  readonly #part: StagedPart;
  readonly #session: Session;
  #after: Mark | null;
  #saved: number;
  #growing: GrowingSegment | null = null;
  #segments: Waiting[] = [];
  #inserting: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;
  #open = false;
  #rejects: Reject[] = [];
  #tables = 0;

  constructor(world: LoadWorld, part: StagedPart, session: Session) {
    this.#world = world;
    this.#part = part;
    this.#session = session;
    this.#after = part.mark;
    this.#saved = part.rows;
  }

  get after(): Mark | null {
    return this.#after;
  }

  /** Where rows are refused, a transaction that holds many segments would be repeated for each of them. */
  get saveBytes(): number {
    return this.#tables > 0 ? segmentBytes : saveBytes;
  }

  async write(batch: Batch, release?: () => void): Promise<void> {
    if (batch.length === 0) return;
    this.#growing ??= await this.#grow();
    await this.#growing.append(batch);
    release?.();
    await this.#world.failpoint('duckdb.written');
    if (this.#growing.bytes >= segmentBytes) await this.#cut();
  }

  async writeParquet({ path, rows }: { readonly path: string; readonly rows: number }): Promise<void> {
    await this.#cut();
    const { target, shape } = this.#world;
    await this.#take(parquetSegment(path, { schema: target.schema, shape, rows }));
    await this.#settle();
  }

  async flush(): Promise<readonly Reject[]> {
    await this.#cut();
    await this.#settle();
    const rejects = this.#rejects;
    this.#rejects = [];
    await this.#world.failpoint('duckdb.flushed');
    return rejects;
  }

  async save(mark: Mark): Promise<void> {
    const { target, epoch, failpoint, guard } = this.#world;
    await this.#cut();
    await this.#settle();
    const rows = this.#saved + this.#segments.reduce((sum, { segment, refused }) => sum + segment.rows - (refused?.rejects.length ?? 0), 0);
    await guard(async () => {
      await this.#begin();
      await savePart(this.#session, target.id, { epoch, part: this.#part.part, mark, rows });
      await failpoint('duckdb.saving');
      await this.#session.run('commit');
      this.#open = false;
    });
    this.#after = mark;
    this.#saved = rows;
    await this.#forget();
    await failpoint('duckdb.saved');
  }

  async close(): Promise<void> {
    // What was not saved is given up: its failure, if any, was already told or does not matter any more
    await this.#inserting.catch(() => undefined);
    await this.#rollback();
    await this.#session.close();
    await this.#growing?.remove();
    this.#growing = null;
    for (const { segment } of this.#segments) await segment.remove();
    this.#segments = [];
    this.#world.closed(this);
  }

  async #grow(): Promise<GrowingSegment> {
    const { temporary, target, shape } = this.#world;
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    return growCsvSegment(join(temporary, `load-${randomUUID()}.csv`), { schema: target.schema, shape });
  }

  /** Ends a segment, and has DuckDB read it while the next one grows. */
  async #cut(): Promise<void> {
    const growing = this.#growing;
    if (growing === null) return;
    this.#growing = null;
    await this.#take(await growing.finish());
  }

  async #take(segment: Segment): Promise<void> {
    this.#segments.push({ segment, refused: null });
    await this.#settle();
    this.#inserting = this.#insertLast().catch((error: unknown) => {
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

  async #insertLast(): Promise<void> {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    try {
      await this.#insert(last);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#refuse(last, error);
    }
  }

  /** Sets the refused rows of a segment apart and repeats what the failed transaction held. */
  async #refuse(last: Waiting, cause: unknown): Promise<void> {
    await this.#rollback();
    const { target, shape } = this.#world;
    const table = `_etl_refused_${this.#tables++}`;
    last.refused = await findRefused(this.#session, { segment: last.segment, schema: target.schema, shape, table, cause });
    this.#rejects.push(...last.refused.rejects);
    for (const one of this.#segments) await this.#insert(one);
  }

  async #insert({ segment, refused }: Waiting): Promise<void> {
    await this.#begin();
    const { stagingSchema, shape } = this.#world;
    const columns = shape.columns.map(({ name }) => quote(name)).join(', ');
    const staging = `${quote(stagingSchema)}.${quote(this.#part.staging)}`;
    const rows = `select ${columns} from ${refused?.accepted ?? segment.relation}`;
    const stored = await this.#session.run(`insert into ${staging} (${columns}) ${rows}`);
    const expected = segment.rows - (refused?.rejects.length ?? 0);
    if (stored !== expected) throw new EtlError('UNBALANCED', `DuckDB stored ${stored} of ${expected} rows of a segment`);
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    await this.#session.run('begin transaction');
    this.#open = true;
  }

  async #rollback(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // A statement that failed may have ended the transaction already
    await this.#session.run('rollback').catch(() => undefined);
  }

  async #forget(): Promise<void> {
    const segments = this.#segments;
    this.#segments = [];
    for (const { segment, refused } of segments) {
      await segment.remove();
      if (refused !== null) await this.#session.run(`drop table if exists ${refused.table}`);
    }
  }
}
