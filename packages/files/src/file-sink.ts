import { EtlError, type Batch, type Field, type Reject, type Schema } from '@etl/sdk';
import type { StagedFile } from './byte-store.js';
import { reorderBatch, type Reorder } from './reorder-batch.js';
import type { RowEncoder } from './row-encoder.js';
import type { TextEncoding } from './text-encoding.js';

/** Where batches go until the file is complete. */
export interface FileSink {
  /** Calls `release` once it reads the batch no more, where it knows that before the file is complete. */
  write(batch: Batch, release?: () => void): Promise<void>;
  /** What was refused since the last call. */
  rejects(): readonly Reject[];
  /** How many refused rows wait to be taken. */
  readonly refused: number;
  /** Everything written is durable; answers the length. */
  save(): Promise<number>;
  /** The file is complete and durable, not visible. */
  seal(): Promise<StagedFile>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

export interface TextSinkOptions {
  readonly staged: StagedFile;
  readonly encoder: RowEncoder;
  readonly encoding: TextEncoding | null;
  readonly schema: Schema;
  /** The columns that are written, by their positions in the schema. */
  readonly order: readonly number[];
  /** Packs bytes on their way; absent: they go as they are. */
  readonly codec?: ByteCodec;
  /** Whether rows stand in the file already. */
  hasRows: boolean;
}

/** Turns a stream of bytes into another, such as gzip. */
export interface ByteCodec {
  push(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
  end(): Promise<readonly Uint8Array[]>;
  close(): void;
}

/** Stands for a column of the file that the load lacks: its cells are null. */
export const missingField: Field = { name: '', type: { kind: 'text' }, nullable: true };

/** Writes text formats. `begin` writes what stands before the first row. */
export class TextSink implements FileSink {
  #rejects: Reject[] = [];
  #hasRows: boolean;
  /** null: all columns, in their order. */
  readonly #reorder: Reorder | null;

  constructor(private readonly options: TextSinkOptions) {
    this.#hasRows = options.hasRows;
    const { schema, order } = options;
    const isSame = order.length === schema.fields.length && order.every((column, at) => column === at);
    const to = { fields: order.map((column) => schema.fields[column] ?? missingField), key: [] };
    this.#reorder = isSame ? null : { from: schema, to, order };
  }

  get hasRows(): boolean {
    return this.#hasRows;
  }

  async begin(text: Uint8Array): Promise<void> {
    const { encoding } = this.options;
    if (encoding !== null && !encoding.holds(text))
      throw new EtlError('DATA_INVALID', 'A name of a column holds characters that the encoding of the file lacks', {
        hint: 'Rename the column, or write utf-8',
      });
    await this.#put(encoding === null ? text : encoding.encode(text));
  }

  async write(given: Batch, release?: () => void): Promise<void> {
    await this.#write(given);
    release?.();
  }

  async #write(given: Batch): Promise<void> {
    const { encoding, encoder, schema } = this.options;
    let batch = given;
    if (encoding !== null) {
      const { kept, rejects } = encoding.judge(schema, batch);
      batch = kept;
      for (const reject of rejects) this.#rejects.push(reject);
    }
    if (batch.length === 0) return;
    const bytes = encoder.encode(this.#reorder === null ? batch : reorderBatch(batch, this.#reorder), { isFirst: !this.#hasRows });
    this.#hasRows = true;
    await this.#put(encoding === null ? bytes : encoding.encode(bytes));
  }

  get refused(): number {
    return this.#rejects.length;
  }

  rejects(): readonly Reject[] {
    const rejects = this.#rejects;
    this.#rejects = [];
    return rejects;
  }

  save(): Promise<number> {
    if (this.options.codec !== undefined) throw new EtlError('INTERNAL', 'A packed file cannot be continued');
    return this.options.staged.sync();
  }

  async seal(): Promise<StagedFile> {
    const { staged, encoder, encoding, codec } = this.options;
    const end = encoder.end({ isEmpty: !this.#hasRows });
    await this.#put(encoding === null ? end : encoding.encode(end));
    for (const bytes of (await codec?.end()) ?? []) await staged.write(bytes);
    await staged.sync();
    return staged;
  }

  async close(): Promise<void> {
    this.options.codec?.close();
    await this.options.staged.close();
  }

  async discard(): Promise<void> {
    this.options.codec?.close();
    await this.options.staged.discard();
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const { staged, codec } = this.options;
    if (bytes.length === 0) return;
    if (codec === undefined) await staged.write(bytes);
    else for (const packed of await codec.push(bytes)) await staged.write(packed);
  }
}
