import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, textBatch, cellsOf, typeName, type Batch, type Columnar, type ParquetWriter, type Schema } from '@etl/sdk';
import type { ByteStore, StagedFile } from './byte-store.js';
import { fileError } from './file-error.js';
import type { FileSink } from './file-sink.js';

export interface ParquetSinkOptions {
  readonly store: ByteStore;
  readonly path: string;
  readonly key: string;
  readonly schema: Schema;
  readonly columnar: Columnar;
  readonly temporary: string;
  /** Keep the rows that the file has. */
  readonly append: boolean;
}

/** Writes Parquet beside the target, or, for a store that is elsewhere, in the temporary folder and then over to it. */
export async function parquetSink(options: ParquetSinkOptions): Promise<FileSink> {
  const { store, path, key, schema, columnar, temporary } = options;
  const local =
    store.local === undefined ? join(temporary, `${key.replace(/[^a-z0-9]/gi, '_')}.parquet`) : await store.local.stagePath(path, key);
  const old = options.append ? await existing(options) : null;
  const writer = await columnar.writeParquet(local, schema).catch((cause: unknown) => {
    throw fileError(cause, path);
  });
  try {
    if (old !== null)
      for await (const batch of columnar.readParquet(old, { columns: schema.fields.map(({ name }) => name) }))
        await writer.write(renewed(schema, batch));
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return new ParquetSink(options, local, writer);
}

const renewed = (schema: Schema, batch: Batch): Batch => textBatch(schema, cellsOf(schema, batch));

/** The file to append to. Throws SCHEMA_MISMATCH where its columns or types are others. */
async function existing({ store, path, schema, columnar }: ParquetSinkOptions): Promise<string | null> {
  if ((await store.stat(path)) === null) return null;
  if (store.local === undefined)
    throw new EtlError('CAPABILITY_MISSING', `Rows cannot be appended to the Parquet file ${path} where it is`, {
      hint: 'Write a new file for each run: `file: orders-{run.date}.parquet`',
    });
  const local = store.local.path(path);
  const has = (await columnar.describeParquet(local)).schema.fields.map(({ name, type }) => `${name} ${typeName(type)}`);
  const gives = schema.fields.map(({ name, type }) => `${name} ${typeName(type)}`);
  const differing = [...has.filter((column) => !gives.includes(column)), ...gives.filter((column) => !has.includes(column))];
  if (differing.length === 0) return local;
  throw new EtlError('SCHEMA_MISMATCH', `Rows cannot be appended to ${path}: it has ${has.join(', ')}; the load has ${gives.join(', ')}`, {
    place: { file: path },
    hint: 'Cast, select or rename columns to those of the file, or write to a new file',
  });
}

class ParquetSink implements FileSink {
  #isFinished = false;
  #staged: StagedFile | null = null;

  constructor(
    private readonly options: ParquetSinkOptions,
    private readonly local: string,
    private readonly writer: ParquetWriter,
  ) {}

  write(batch: Batch): Promise<void> {
    return this.writer.write(batch);
  }

  rejects(): readonly [] {
    return [];
  }

  save(): never {
    throw new EtlError('INTERNAL', 'A Parquet file cannot be continued');
  }

  async seal(): Promise<StagedFile> {
    await this.writer.finish();
    this.#isFinished = true;
    const { store, path, key } = this.options;
    if (store.local !== undefined) {
      this.#staged = await store.stage(path, { key, keep: true });
    } else {
      this.#staged = await store.stage(path, { key });
      for await (const chunk of createReadStream(this.local)) await this.#staged.write(chunk as Buffer);
      await rm(this.local, { force: true });
    }
    await this.#staged.sync();
    return this.#staged;
  }

  close(): Promise<void> {
    return this.discard();
  }

  async discard(): Promise<void> {
    if (!this.#isFinished) await this.writer.discard();
    await this.#staged?.discard();
    await rm(this.local, { force: true });
  }
}
