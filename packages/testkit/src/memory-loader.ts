import {
  assertBalanced,
  EtlError,
  type Commit,
  type Load,
  type LoadCounts,
  type Loader,
  type LoadTarget,
  type Mode,
  type PartWriter,
  type Reject,
} from '@etl/sdk';
import { applyMode } from './memory-modes.js';
import { columnsAfter } from './memory-columns.js';
import type { MemoryPart, MemoryServer } from './memory-server.js';
import { textRowsOf, type TextRow } from './text-row.js';

export interface MemoryLoaderOptions {
  readonly server: MemoryServer;
  readonly table: string;
  readonly modes: readonly Mode[];
  failpoint(name: string): Promise<void>;
}

/** A loader that stages by part, publishes in one step and is fenced by its epoch. */
export function memoryLoader(options: MemoryLoaderOptions): Loader {
  const { server, modes } = options;
  return {
    traits: { visible: 'at-publish', resume: 'chunk', parts: 4 },
    state: async (id) => server.state(id),
    async setState(id, epoch, cursors) {
      server.change(id, epoch, { epoch: epoch + 1, cursors: cursors ?? {} });
    },
    async begin(target) {
      const { id, epoch, mode, run, fingerprint, plan } = target;
      if (!modes.includes(mode))
        throw new EtlError('CAPABILITY_MISSING', `memory does not offer mode ${mode}`, { hint: `Modes are ${modes.join(', ')}` });
      columnsAfter(server.tables.get(options.table), target);
      const { unfinished, staged } = server.record(id);
      const goesOn = unfinished?.run === run && unfinished.fingerprint === fingerprint;
      server.change(id, epoch, { epoch: epoch + 1, unfinished: { run, fingerprint, plan }, staged: goesOn ? staged : new Map() });
      await options.failpoint('memory.begun');
      return memoryLoad({ ...options, target, epoch: epoch + 1 });
    },
    close: async () => undefined,
  };
}

interface OpenLoad extends MemoryLoaderOptions {
  readonly target: LoadTarget;
  readonly epoch: number;
}

/** What `publish` of several loads needs of each: judged first, then applied. */
const prepared = new WeakMap<Load, (commit: Commit) => { readonly counts: LoadCounts; readonly apply: () => void }>();

function memoryLoad(open: OpenLoad): Load {
  const { server, target, epoch } = open;
  const staged = (): TextRow[] => target.parts.flatMap((part) => server.record(target.id).staged.get(part)?.rows ?? []);
  const prepare = (commit: Commit): { counts: LoadCounts; apply: () => void } => {
    const { published, cursors } = server.record(target.id);
    if (published?.run === commit.run) return { counts: published.counts, apply: () => undefined };
    server.fence(target.id, epoch);
    const { table, counts } = applyMode(server.tables.get(open.table), staged(), target);
    assertBalanced(commit.rows, counts);
    const apply = (): void => {
      server.tables.set(open.table, table);
      const next = {
        epoch: epoch + 1,
        cursors: { ...cursors, ...commit.cursors },
        published: { run: commit.run, counts, summary: commit.summary },
      };
      server.change(target.id, epoch, { ...next, unfinished: null, staged: new Map() });
    };
    return { counts, apply };
  };
  const load: Load = {
    part: async (id) => memoryPart(open, id),
    seal: async () => ({ rows: staged().length }),
    async publish(commit) {
      const { counts, apply } = prepare(commit);
      await open.failpoint('memory.publish');
      apply();
      await open.failpoint('memory.published');
      return counts;
    },
    suspend: async () => undefined,
    async discard() {
      server.change(target.id, epoch, { epoch: epoch + 1, unfinished: null, staged: new Map() });
    },
  };
  prepared.set(load, prepare);
  return load;
}

/** Judges all loads before it changes anything. */
export function publishTogether(loads: readonly { readonly load: Load; readonly commit: Commit }[]): LoadCounts[] {
  const steps = loads.map(({ load, commit }) => {
    const prepare = prepared.get(load);
    if (prepare === undefined) throw new EtlError('INTERNAL', 'A load of another connection cannot be published here');
    return prepare(commit);
  });
  for (const { apply } of steps) apply();
  return steps.map(({ counts }) => counts);
}

function memoryPart(open: OpenLoad, id: string): PartWriter {
  const { server, target, epoch } = open;
  const { schema } = target;
  const safe = (): MemoryPart | undefined => server.record(target.id).staged.get(id);
  let waiting: TextRow[] = [];
  let checked: TextRow[] = [];
  return {
    after: safe()?.mark ?? null,
    async write(batch, release) {
      waiting.push(...textRowsOf(schema, batch));
      release?.();
    },
    async flush() {
      const rejects: Reject[] = [];
      for (const row of waiting) {
        const field = refusedField(target, row);
        if (field === undefined) checked.push(row);
        else rejects.push({ reason: `${field} must not be null`, field, values: row });
      }
      waiting = [];
      return rejects;
    },
    async save(mark) {
      await open.failpoint('memory.save');
      const { staged } = server.record(target.id);
      server.change(target.id, epoch, { staged: new Map(staged).set(id, { rows: [...(safe()?.rows ?? []), ...checked], mark }) });
      checked = [];
      await open.failpoint('memory.saved');
    },
    async close() {
      waiting = [];
      checked = [];
    },
  };
}

/** The first column that holds a null and may not: a key column, or one that is declared so. */
const refusedField = ({ schema, key }: LoadTarget, row: TextRow): string | undefined =>
  schema.fields.find(({ name, nullable }, column) => row[column] === null && (!nullable || key.includes(name)))?.name;
