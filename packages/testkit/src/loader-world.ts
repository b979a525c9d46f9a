import { randomUUID } from 'node:crypto';
import {
  EtlError,
  type Batch,
  type Commit,
  type Connection,
  type Connector,
  type Cursors,
  type Json,
  type Load,
  type LoadCounts,
  type Loader,
  type LoadState,
  type LoadTarget,
  type Mode,
  type PartWriter,
  type Reject,
  type Schema,
  type SchemaPolicy,
} from '@etl/sdk';
import { batchOf, type BatchForm } from './batch-of.js';
import { connectionWorld, type ConnectionWorld } from './connection-world.js';
import { roundTrip } from './expect-equal.js';
import { byInteger } from './expect-rows.js';
import type { LoaderHarness, Stored } from './loader-harness.js';
import type { TextRow } from './text-row.js';

/** One load as a test asks for it; what is not said is the plainest. */
export interface LoadRequest {
  readonly name: string;
  readonly schema: Schema;
  readonly mode: Mode;
  readonly rows?: readonly TextRow[];
  /** Rows by part, in source order, instead of `rows`. */
  readonly parts?: { readonly [id: string]: readonly TextRow[] };
  readonly key?: readonly string[];
  readonly policy?: SchemaPolicy;
  readonly run?: string;
  readonly fingerprint?: string;
  readonly plan?: Json;
  readonly cursors?: Cursors;
  readonly summary?: Json;
  readonly form?: BatchForm;
  /** Rows in a batch. */
  readonly size?: number;
  readonly takeOver?: boolean;
}

/** A load whose run has a name, so that it can be taken up again. */
export type NamedLoad = LoadRequest & { readonly run: string };

export interface LoadResult {
  readonly run: string;
  readonly counts: LoadCounts;
  readonly rejects: readonly Reject[];
}

export interface LoaderWorld extends ConnectionWorld {
  readonly harness: LoaderHarness;
  /** A name for a target that no other test uses. */
  fresh(): string;
  loader(name: string, connection?: Connection): Promise<Loader>;
  /** The state as a process of its own sees it. */
  state(name: string): Promise<LoadState>;
  /** Reads the state and begins, as the engine does. */
  begin(loader: Loader, request: NamedLoad, epoch?: number): Promise<Load>;
  /** A whole load in a connection of its own. */
  load(request: LoadRequest): Promise<LoadResult>;
  /** What the target holds by native means, sorted by the first column; fails where it does not exist. */
  stored(name: string, schema: Schema): Promise<Stored>;
}

/** The name under which the state of a target's load is kept. */
export const loadId = (name: string): string => `contract/${name}`;

export async function loaderWorld(connector: Connector, harness: LoaderHarness): Promise<LoaderWorld> {
  const base = await connectionWorld({ connector, connection: () => harness.connection(), columnar: harness.columnar });
  const loader = async (name: string, connection?: Connection): Promise<Loader> => {
    const opened = connection ?? (await base.open());
    if (opened.loader === undefined) throw new EtlError('CAPABILITY_MISSING', `${connector.name} opened without its loader`);
    return opened.loader(harness.target(name));
  };
  const begin = async (one: Loader, request: NamedLoad, epoch?: number): Promise<Load> =>
    one.begin(targetOf(request, epoch ?? (await one.state(loadId(request.name))).epoch));
  const apart = async <T>(name: string, work: (one: Loader) => Promise<T>): Promise<T> => {
    const connection = await base.open();
    const one = await loader(name, connection);
    const result = await work(one);
    await one.close();
    await base.shut(connection);
    return result;
  };
  return {
    ...base,
    harness,
    fresh: () => `t_${randomUUID().slice(0, 8)}`,
    loader,
    state: (name) => apart(name, async (one) => roundTrip(await one.state(loadId(name)))),
    begin,
    load(request) {
      const named = { ...request, run: request.run ?? randomUUID() };
      return apart(request.name, async (one) => finishLoad(await begin(one, named), named));
    },
    async stored(name, schema) {
      const stored = await harness.rows(name, schema);
      if (stored === null) throw new Error(`The target ${name} does not exist`);
      return stored;
    },
  };
}

const targetOf = (request: NamedLoad, epoch: number): LoadTarget => ({
  id: loadId(request.name),
  epoch,
  run: request.run,
  fingerprint: request.fingerprint ?? 'f1',
  plan: request.plan ?? { parts: Object.keys(partsOf(request)) },
  parts: Object.keys(partsOf(request)),
  schema: request.schema,
  mode: request.mode,
  key: request.key ?? (keyless.has(request.mode) ? [] : request.schema.key),
  policy: request.policy ?? 'evolve',
  takeOver: request.takeOver ?? false,
});

const keyless: ReadonlySet<Mode> = new Set(['append', 'replace']);

export const partsOf = ({ parts, rows = [] }: LoadRequest): { readonly [id: string]: readonly TextRow[] } => parts ?? { p0: rows };

/** Writes all parts, one after the other, seals and publishes. */
async function finishLoad(load: Load, request: NamedLoad): Promise<LoadResult> {
  const rejects: Reject[] = [];
  for (const [part, rows] of Object.entries(partsOf(request))) {
    const writer = await load.part(part);
    rejects.push(...(await writePart(writer, request, { part, rows })));
    await writer.close();
  }
  return { ...(await sealAndPublish(load, request)), rejects };
}

/** Writes rows in batches, flushes and saves the mark `done`. */
export async function writePart(
  writer: PartWriter,
  request: LoadRequest,
  { part, rows, mark = { done: true } }: { part: string; rows: readonly TextRow[]; mark?: Json },
): Promise<readonly Reject[]> {
  await writeRows(writer, request, { part, rows });
  const rejects = await writer.flush();
  await writer.save(mark);
  return rejects;
}

/** Writes rows in batches of the size that the request says; what the loader releases is written over. */
export async function writeRows(
  writer: PartWriter,
  { schema, form = 'text', size = 1000 }: LoadRequest,
  { part, rows, first = 0 }: { part: string; rows: readonly TextRow[]; first?: number },
): Promise<void> {
  for (let at = 0; at < rows.length; at += size) {
    const batch = batchOf(schema, rows.slice(at, at + size), { form, part, first: first + at });
    await writer.write(batch, spoiling(batch));
  }
}

/** The release of a batch, as an extractor that uses its memory again at once. */
export function spoiling({ text }: Batch): () => void {
  let released = false;
  return () => {
    if (released) throw new Error('The loader released a batch twice');
    released = true;
    text?.bytes.fill(120);
    text?.index.fill(0);
  };
}

export async function sealAndPublish(load: Load, request: NamedLoad): Promise<{ readonly run: string; readonly counts: LoadCounts }> {
  const { rows } = await load.seal();
  const commit = commitOf(request, rows);
  return { run: commit.run, counts: await load.publish(commit) };
}

export const commitOf = (request: NamedLoad, rows: number): Commit => ({
  run: request.run,
  rows,
  cursors: request.cursors ?? {},
  summary: request.summary ?? null,
});

/** The rows of a target by these columns, sorted by the first, which is an integer. */
export function project({ columns, rows }: Stored, { fields }: Schema): TextRow[] {
  const at = fields.map(({ name }) => {
    const found = columns.indexOf(name);
    if (found < 0) throw new Error(`The target has no column ${name}, but ${columns.join(', ')}`);
    return found;
  });
  const picked = rows.map((row) => at.map((column) => row[column] ?? null));
  return fields[0]?.type.kind === 'integer' ? byInteger(picked) : picked;
}
