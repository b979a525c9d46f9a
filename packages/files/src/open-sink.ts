import { EtlError, type Context, type LoadTarget } from '@etl/sdk';
import { appendTarget, type AppendTarget } from './append-target.js';
import type { ByteStore, FileStat } from './byte-store.js';
import { csvEncoder } from './csv-encoder.js';
import type { FileLoadOptions } from './file-load-options.js';
import { missingField, TextSink, type FileSink } from './file-sink.js';
import type { FileKind } from './format-of.js';
import { gzipCodec } from './gzip-codec.js';
import { jsonEncoder } from './json-encoder.js';
import { parquetSink } from './parquet-sink.js';
import type { RowEncoder } from './row-encoder.js';
import { textEncoding } from './text-encoding.js';

export interface FileLoaderNeeds {
  readonly store: ByteStore;
  readonly options: FileLoadOptions;
  readonly context: Pick<Context, 'columnar' | 'temporary' | 'state' | 'failpoint'>;
}

/** What is safe of an unfinished file. */
export type SavedFile = {
  readonly path: string;
  /** Key of its stage. */
  readonly key: string;
  /** The file that rows are appended to, as it was found; null: none, or it is replaced. */
  readonly base: { readonly size: number; readonly modified: string; readonly version: string } | null;
  readonly length: number;
  readonly rows: number;
  readonly hasRows: boolean;
  readonly order: readonly number[];
};

/** A sink and what a later run has to know to go on with it. */
export interface OpenedSink {
  readonly sink: FileSink;
  readonly saved: SavedFile;
}

export interface SinkPlan {
  readonly needs: FileLoaderNeeds;
  readonly path: string;
  readonly kind: FileKind;
  readonly target: LoadTarget;
  /** Of the stage of this begin. */
  readonly key: string;
}

/** Begins a file, or goes on with one at what was saved of it. Throws STAGING_LOST where that is no longer there, or its target has changed. */
export async function openSink(plan: SinkPlan, saved: SavedFile | null): Promise<OpenedSink> {
  const { needs, path, kind, target, key } = plan;
  const { store, options, context } = needs;
  const { schema, policy, mode } = target;
  if (saved !== null) return resumeSink(plan, saved);
  const found: AppendTarget | null = mode === 'append' ? await appendTarget({ store, path, kind, options, schema, policy, context }) : null;
  const order = found?.order ?? schema.fields.map((_, column) => column);
  const start: SavedFile = {
    path,
    key,
    base: found === null ? null : baseOf(found.base),
    length: 0,
    rows: 0,
    hasRows: found?.hasRows ?? false,
    order,
  };
  if (kind.format === 'parquet') {
    const sink = await parquetSink({
      store,
      path,
      key,
      schema,
      policy,
      columnar: context.columnar,
      temporary: context.temporary,
      append: mode === 'append',
    });
    return { sink, saved: start };
  }
  const staged = await store.stage(path, { key });
  try {
    if (found !== null && found.length > 0) await staged.copyTarget(found.length);
    const sink = await textSink(plan, start, staged);
    const isNew = found === null || found.length === 0;
    const encoder = encoderOf(plan, order);
    await sink.begin(isNew ? encoder.start() : Buffer.from(found.joint));
    return { sink, saved: start };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** A stat as JSON. */
export const baseOf = (stat: FileStat | null): SavedFile['base'] =>
  stat === null ? null : { size: stat.size, modified: stat.modified, version: stat.version };

async function resumeSink(plan: SinkPlan, saved: SavedFile): Promise<OpenedSink> {
  const { store } = plan.needs;
  if (plan.target.mode === 'append' && !(await isSameBase(store, saved)))
    throw new EtlError('STAGING_LOST', `${saved.path} was changed since the interrupted run`, { place: { file: saved.path } });
  const staged = await store.stage(saved.path, { key: plan.key, adopt: { key: saved.key, length: saved.length } });
  await staged.sync();
  return { sink: await textSink(plan, saved, staged), saved: { ...saved, key: plan.key } };
}

/** Whether the file that is appended to is still as it was when its rows were copied. */
export async function isSameBase(store: ByteStore, { path, base }: SavedFile): Promise<boolean> {
  const now = await store.stat(path);
  if (now === null || base === null) return now === null && base === null;
  return now.size === base.size && now.modified === base.modified && now.version === base.version;
}

async function textSink(plan: SinkPlan, { hasRows, order }: SavedFile, staged: Awaited<ReturnType<ByteStore['stage']>>): Promise<TextSink> {
  const { needs, kind, target } = plan;
  return new TextSink({
    staged,
    encoder: encoderOf(plan, order),
    encoding: kind.format === 'csv' || kind.format === 'tsv' ? await textEncoding(needs.options.encoding) : null,
    schema: target.schema,
    order,
    hasRows,
    ...(kind.compression === 'gzip' ? { codec: gzipCodec() } : {}),
  });
}

function encoderOf({ needs, kind, target }: SinkPlan, order: readonly number[]): RowEncoder {
  const { options } = needs;
  const schema = { fields: order.map((column) => target.schema.fields[column] ?? missingField), key: [] };
  if (kind.format === 'json' || kind.format === 'ndjson') return jsonEncoder(schema, kind.format);
  return csvEncoder({ schema, options, delimiter: options.delimiter ?? (kind.format === 'tsv' ? '\t' : ',') });
}
