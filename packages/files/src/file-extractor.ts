import {
  EtlError,
  isEtlError,
  type Chunk,
  type Context,
  type Extractor,
  type Part,
  type Position,
  type ReadPlan,
  type ReadRequest,
  type Schema,
} from '@etl/sdk';
import type { ByteReader, ByteStore, FileStat } from './byte-store.js';
import { newFiles } from './file-cursor.js';
import type { FileExtractOptions } from './file-extract-options.js';
import { isUnchanged, type FileIdentity } from './file-identity.js';
import { filePart, readPart } from './file-part.js';
import { fileSchema, type FileSchema, type OpenedFile, type SchemaWishes } from './file-schema.js';
import { findFiles } from './find-files.js';
import { formatReader } from './format-registry.js';
import { fileKind } from './format-of.js';
import { sourceFile } from './source-file.js';

export interface FileExtractorNeeds {
  readonly store: ByteStore;
  readonly options: FileExtractOptions;
  readonly context: Pick<Context, 'signal' | 'columnar' | 'temporary'>;
  /** Bytes read at once; absent: what is fastest. */
  readonly block?: number;
  /** Bytes looked at to find types. */
  readonly budget?: number;
}

/** Reads files of any store and format: one part a file, in the order of their paths. */
export function fileExtractor(needs: FileExtractorNeeds): Extractor {
  const { store, options } = needs;
  return {
    async describe() {
      const { schema } = await schemaOf(needs, await openAll(needs, await findFiles(store, options.file)), {});
      return { schema };
    },
    plan: (request) => plan(needs, request),
    read: (part, after) => read(needs, part, after),
    close: async () => undefined,
  };
}

async function plan(needs: FileExtractorNeeds, request: ReadRequest): Promise<ReadPlan> {
  const { store, options } = needs;
  const found = await findFiles(store, options.file);
  const isIncremental = (options.only ?? (request.hold === null ? 'all' : 'new')) === 'new';
  const { files, until } = await newFiles(store, found, isIncremental ? request.since : null, options.changed);
  // where nothing is new, the columns are those of the newest file that was loaded
  const opened = await openAll(needs, files.length > 0 ? files : found.slice(-1));
  const { schema, leftOut } = await schemaOf(needs, opened, request);
  const parts = files.map(({ path, identity }, at) => {
    const { format, layout } = opened[at] ?? unreachable();
    return filePart(path, {
      path,
      identity,
      format: format.name,
      compression: fileKind(path, options).compression,
      layout,
      schema,
      leftOut,
      limit: request.limit ?? null,
    });
  });
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { schema, parts, until: isIncremental ? until : null, resume: 'position', snapshot: 'part', expect: { bytes } };
}

const unreachable = (): never => {
  throw new EtlError('INTERNAL', 'A file of the plan was not opened');
};

async function openAll({ store, options, context, block }: FileExtractorNeeds, files: readonly FileStat[]): Promise<OpenedFile[]> {
  const opened: OpenedFile[] = [];
  for (const stat of files) {
    const kind = fileKind(stat.path, options);
    const file = sourceFile(store, stat, kind.compression);
    const format = formatReader(kind.format, options, { ...context, ...(block === undefined ? {} : { block }) });
    opened.push({ file, format, layout: await format.layout(file) });
  }
  return opened;
}

function schemaOf(
  { options, context, budget = 1 << 26 }: FileExtractorNeeds,
  files: readonly OpenedFile[],
  { schema, columns }: { schema?: Schema; columns?: readonly string[] },
): Promise<FileSchema> {
  const wishes: SchemaWishes = { columns: options.columns, committed: schema, needed: columns, signal: context.signal, budget };
  return fileSchema(files, wishes);
}

async function* read({ store, options, context, block }: FileExtractorNeeds, part: Part, after: Position | null): AsyncGenerator<Chunk> {
  const { path, identity, format, compression, layout, schema, leftOut, limit } = readPart(part);
  await refuseChanged(store, path, identity, after === null ? 'since the run was planned' : 'since the interrupted run');
  const counted = countingStore(store);
  const file = sourceFile(counted.store, { path, size: identity.size }, compression);
  const reader = formatReader(format, options, { ...context, ...(block === undefined ? {} : { block }) });
  let reported = 0;
  try {
    for await (const chunk of reader.read({ file, layout, schema, leftOut, part: part.id, after, limit, signal: context.signal })) {
      const bytes = counted.bytes() - reported;
      reported += bytes;
      yield { ...chunk, bytes };
    }
  } catch (error) {
    // what looks like a damaged file may be one that is being written
    if (isEtlError(error) && error.code === 'DATA_INVALID') await refuseChanged(store, path, identity, 'while it was read');
    throw error;
  }
  await refuseChanged(store, path, identity, 'while it was read');
}

async function refuseChanged(store: ByteStore, path: string, identity: FileIdentity, when: string): Promise<void> {
  const now = await store.stat(path);
  if (now !== null && (await isUnchanged(store, now, identity))) return;
  throw new EtlError('STALE_POSITION', `${path} ${now === null ? 'was removed' : 'changed'} ${when}`, {
    place: { file: path },
    hint: 'Run again when the file is complete',
  });
}

/** The reading half of a store, counting what is read. */
function countingStore(store: ByteStore): { readonly store: Pick<ByteStore, 'open' | 'local'>; bytes(): number } {
  let bytes = 0;
  const counting = (reader: ByteReader): ByteReader => ({
    async read(into) {
      const count = await reader.read(into);
      bytes += count;
      return count;
    },
    close: () => reader.close(),
  });
  const open: ByteStore['open'] = async (path, from) => counting(await store.open(path, from));
  return { store: { open, ...(store.local && { local: store.local }) }, bytes: () => bytes };
}
