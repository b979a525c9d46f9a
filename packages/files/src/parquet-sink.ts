import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, type Batch, type Columnar, type ParquetWriter, type Schema, type SchemaPolicy } from '@etl/sdk';
import type { ByteStore, StagedFile } from './byte-store.js';
import { fileError } from './file-error.js';
import type { FileSink } from './file-sink.js';
import { mergedColumns, refuseWideIntegers } from './parquet-columns.js';
import { reorderBatch, type Reorder } from './reorder-batch.js';

export interface ParquetSinkOptions {
  readonly store: ByteStore;
  readonly path: string;
  readonly key: string;
  readonly schema: Schema;
  readonly policy: SchemaPolicy;
  readonly columnar: Columnar;
  readonly temporary: string;
  /** Keep the rows that the file has. */
  readonly append: boolean;
}

/** Writes Parquet beside the target, or, for a store that is elsewhere, in the temporary folder and then over to it. Throws SCHEMA_MISMATCH. */
export async function parquetSink(options: ParquetSinkOptions): Promise<FileSink> {
  const { store, path, key, schema, policy, columnar, temporary } = options;
  refuseWideIntegers(path, schema);
  const old = options.append ? await existing(options) : null;
  const columns = old === null ? null : mergedColumns({ path, has: old.schema, gives: schema, policy });
  const local =
    store.local === undefined ? join(temporary, `${key.replace(/[^a-z0-9]/gi, '_')}.parquet`) : await store.local.stagePath(path, key);
  const writer = await columnar.writeParquet(local, columns?.rows.to ?? schema).catch((cause: unknown) => {
    throw fileError(cause, path);
  });
  try {
    if (old !== null && columns !== null)
      for await (const batch of columnar.readParquet(old.local)) await writer.write(reorderBatch(batch, columns.kept));
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return new ParquetSink(options, { local, writer, reorder: columns?.rows ?? null });
}

/** The file to append to; null: there is none. */
async function existing({
  store,
  path,
  columnar,
}: ParquetSinkOptions): Promise<{ readonly local: string; readonly schema: Schema } | null> {
  const found = await store.stat(path);
  if (found === null || found.size === 0) return null;
  if (store.local === undefined)
    throw new EtlError('CAPABILITY_MISSING', `Rows cannot be appended to the Parquet file ${path} where it is`, {
      hint: 'Write a new file for each run: `file: orders-{run.date}.parquet`',
    });
  const local = store.local.path(path);
  const { schema } = await columnar.describeParquet(local).catch((cause: unknown) => {
    throw new EtlError('DATA_INVALID', `${path} is no Parquet file, so nothing can be appended`, { cause, place: { file: path } });
  });
  return { local, schema };
}

interface Opened {
  readonly local: string;
  readonly writer: ParquetWriter;
  /** From the columns of the load to those of the file; null: they are the same. */
  readonly reorder: Reorder | null;
}

class ParquetSink implements FileSink {
  /** Parquet holds every value of every type. */
  readonly refused = 0;
  #isFinished = false;
  #staged: StagedFile | null = null;

  constructor(
    private readonly options: ParquetSinkOptions,
    private readonly opened: Opened,
  ) {}

  write(batch: Batch): Promise<void> {
    const { writer, reorder } = this.opened;
    return writer.write(reorder === null ? batch : reorderBatch(batch, reorder));
  }

  rejects(): readonly [] {
    return [];
  }

  save(): never {
    throw new EtlError('INTERNAL', 'A Parquet file cannot be continued');
  }

  async seal(): Promise<StagedFile> {
    const { writer, local } = this.opened;
    await writer.finish();
    this.#isFinished = true;
    const { store, path, key } = this.options;
    if (store.local !== undefined) {
      this.#staged = await store.stage(path, { key, keep: true });
    } else {
      this.#staged = await store.stage(path, { key });
      for await (const chunk of createReadStream(local)) await this.#staged.write(chunk as Buffer);
      await rm(local, { force: true });
    }
    await this.#staged.sync();
    return this.#staged;
  }

  close(): Promise<void> {
    return this.discard();
  }

  async discard(): Promise<void> {
    if (!this.#isFinished) await this.opened.writer.discard();
    await this.#staged?.discard();
    await rm(this.opened.local, { force: true });
  }
}
