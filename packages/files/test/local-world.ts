import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  cellsOf,
  cellTexts,
  textBatch,
  type Batch,
  type Chunk,
  type Extractor,
  type Loader,
  type LoadTarget,
  type Mode,
  type Reject,
  type Schema,
  type StateStore,
} from '@etl/sdk';
import { memoryStateStore, testContext } from '@etl/testkit';
import { fileExtractOptions, fileExtractor, fileLoader, fileLoadOptions, localStore, type ByteStore } from '../src/index.js';

/** A folder with files, and what a connector is lent. */
export interface LocalWorld {
  readonly folder: string;
  readonly store: ByteStore;
  readonly state: StateStore;
  put(path: string, content: string | Uint8Array): Promise<void>;
  get(path: string): Promise<string>;
  extractor(options: Readonly<Record<string, unknown>>, block?: number): Extractor;
  loader(options: Readonly<Record<string, unknown>>, failpoint?: (name: string) => Promise<void>, store?: ByteStore): Loader;
  close(): Promise<void>;
}

export async function localWorld(): Promise<LocalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-files-'));
  const store = localStore(folder);
  const state = memoryStateStore();
  const { signal } = new AbortController();
  const context = (failpoint: (name: string) => Promise<void>) =>
    testContext({ directory: folder, temporary: folder, state, signal, failpoint });
  return {
    folder,
    store,
    state,
    async put(path, content) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    },
    get: (path) => readFile(join(folder, path), 'utf8'),
    extractor: (options, block) =>
      fileExtractor({
        store,
        options: fileExtractOptions.parse(options),
        context: context(async () => undefined),
        ...(block === undefined ? {} : { block }),
      }),
    loader: (options, failpoint = async () => undefined, other = store) =>
      fileLoader({ store: other, options: fileLoadOptions.parse(options), context: context(failpoint) }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export const request = { since: null, hold: null, parts: 1 } as const;

/** All rows of an extract as texts. */
export async function readAll(extractor: Extractor, given: Partial<Parameters<Extractor['plan']>[0]> = {}) {
  const plan = await extractor.plan({ ...request, ...given });
  const rows: (string | null)[][] = [];
  const rejects: Reject[] = [];
  const chunks: Chunk[] = [];
  for (const part of plan.parts) {
    for await (const chunk of extractor.read(part, null)) {
      const cells = cellsOf(plan.schema, chunk.batch);
      for (let row = 0; row < chunk.batch.length; row++) rows.push(cellTexts(plan.schema, cells, row));
      rejects.push(...chunk.rejects);
      chunks.push(chunk);
    }
  }
  return { plan, rows, rejects, chunks };
}

/** Rows of texts as a batch of cells. */
export function textRows(schema: Schema, rows: readonly (readonly (string | null)[])[]): Batch {
  const cells = rows.flat().map((cell) => (cell === null ? null : Buffer.from(cell)));
  const index = new Int32Array(cells.length * 2).fill(-1);
  let end = 0;
  for (const [at, cell] of cells.entries()) {
    if (cell === null) continue;
    index[2 * at] = end;
    end += cell.length;
    index[2 * at + 1] = end;
  }
  return textBatch(schema, { bytes: Buffer.concat(cells.filter((cell) => cell !== null)), index, stride: schema.fields.length });
}

export interface LoadJob {
  readonly schema: Schema;
  /** Batches, each saved with its number. */
  readonly batches: readonly Batch[];
  readonly mode: Mode;
  readonly run: string;
  readonly policy?: LoadTarget['policy'];
  /** End without a word where something fails, as a killed process does. */
  readonly killed?: boolean;
}

/** What the engine does with a load, from wherever an interruption left it. */
export async function runLoad(
  loader: Loader,
  { schema, batches, mode, run, policy = 'evolve', killed = false }: LoadJob,
): Promise<{ readonly rejects: Reject[] }> {
  const id = 'job/load';
  const { epoch, published } = await loader.state(id);
  const rejects: Reject[] = [];
  if (published?.run === run) return { rejects };
  const load = await loader.begin({
    id,
    epoch,
    run,
    fingerprint: 'f',
    plan: null,
    parts: ['p'],
    schema,
    mode,
    key: [],
    policy,
    takeOver: false,
  });
  try {
    const writer = await load.part('p');
    const done = typeof writer.after === 'number' ? writer.after : 0;
    for (const [number, batch] of batches.entries()) {
      if (number < done) continue;
      await writer.write(batch);
      rejects.push(...(await writer.flush()));
      await writer.save(number + 1);
    }
    await writer.close();
    const { rows } = await load.seal();
    await load.publish({ run, rows, cursors: {}, summary: null });
  } catch (error) {
    if (!killed) await load.suspend();
    throw error;
  }
  return { rejects };
}
