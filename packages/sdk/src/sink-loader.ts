import { assertBalanced, noCounts, type LoadCounts } from './balance.js';
import type { Batch } from './batch.js';
import { EtlError } from './error.js';
import type { Json } from './json.js';
import type { Commit, Load, Loader, LoadTarget } from './loader.js';
import type { Reject } from './reject.js';
import type { LoadDocument, StateStore } from './state-store.js';

/** One load into something that becomes visible in a single step, such as a rename. */
export interface Sink {
  write(batch: Batch): Promise<void>;
  /** What was refused since the last call. */
  rejects?(): readonly Reject[];
  /** Everything written is complete and durable, but not visible. The answer identifies it, so that `isVisible` can tell after a kill. */
  prepare(): Promise<{ readonly intent: Json; readonly counts?: Partial<LoadCounts> }>;
  /** Makes it visible, atomically. */
  finish(intent: Json): Promise<void>;
  discard(): Promise<void>;
}

export interface SinkTarget {
  readonly store: StateStore;
  readonly open: (target: LoadTarget) => Promise<Sink>;
  /** Whether what this intent describes is already visible. */
  readonly isVisible: (intent: Json) => Promise<boolean>;
  readonly failpoint: (name: string) => Promise<void>;
}

type Intent = {
  readonly run: string;
  readonly counts: LoadCounts;
  readonly summary: Json;
  readonly cursors: { readonly [dataset: string]: Json };
  readonly sink: Json;
};

/**
 * The smallest loader: one part, begun again after an interruption, exactly once all the same. The intent is made durable before the
 * visible step, so that a kill in between is told apart from one before it.
 */
export function sinkLoader({ store, open, isVisible, failpoint }: SinkTarget): Loader {
  /** The document with a publish that was interrupted behind its visible step counted as done. */
  const current = async (id: string): Promise<LoadDocument> => {
    const document = await store.get(id);
    const intent = document.intent as Intent | null;
    if (intent === null || !(await isVisible(intent.sink))) return document;
    return published(document, intent);
  };
  return {
    traits: { visible: 'at-publish', resume: 'restart', parts: 1 },
    async state(id) {
      const { epoch, cursors, published, unfinished } = await current(id);
      return { epoch, cursors, published, unfinished };
    },
    async setState(id, epoch, cursors) {
      await store.put(id, epoch, { ...(await current(id)), epoch: epoch + 1, cursors: cursors ?? {} });
    },
    async begin(target) {
      const { id, run, fingerprint, plan } = target;
      const epoch = target.epoch + 1;
      const unfinished = { run, fingerprint, plan, marks: {} };
      await store.put(id, target.epoch, { ...(await current(id)), epoch, intent: null, unfinished });
      await failpoint('sink.begun');
      return sinkLoad({ store, failpoint, epoch, id, sink: await open(target) });
    },
    close: async () => undefined,
  };
}

const published = (document: LoadDocument, { run, counts, summary, cursors }: Intent): LoadDocument => ({
  epoch: document.epoch,
  cursors: { ...document.cursors, ...cursors },
  published: { run, counts, summary },
  unfinished: null,
  intent: null,
});

interface OpenSink {
  readonly store: StateStore;
  readonly failpoint: (name: string) => Promise<void>;
  readonly epoch: number;
  readonly id: string;
  readonly sink: Sink;
}

function sinkLoad({ store, failpoint, epoch, id, sink }: OpenSink): Load {
  let rows = 0;
  let rejected = 0;
  let prepared: Awaited<ReturnType<Sink['prepare']>> | undefined;
  return {
    part: async () => ({
      after: null,
      async write(batch) {
        rows += batch.length;
        await sink.write(batch);
      },
      async flush() {
        const rejects = sink.rejects?.() ?? [];
        rejected += rejects.length;
        return rejects;
      },
      save: async () => undefined,
      close: async () => undefined,
    }),
    async seal() {
      prepared = await sink.prepare();
      await failpoint('sink.prepared');
      return { rows: rows - rejected };
    },
    async publish(commit: Commit) {
      const document = await store.get(id);
      if (document.published?.run === commit.run) return document.published.counts;
      if (document.epoch !== epoch) throw new EtlError('FENCED', `Another run has taken over load ${id}`);
      if (prepared === undefined) throw new EtlError('INTERNAL', `Load ${id} is published before it is sealed`);
      const written = rows - rejected;
      const counts: LoadCounts = { ...noCounts, in: written, inserted: written, ...prepared.counts };
      assertBalanced(commit.rows, counts);
      const intent: Intent = { run: commit.run, counts, summary: commit.summary, cursors: commit.cursors, sink: prepared.intent };
      await store.put(id, epoch, { ...document, intent });
      await failpoint('sink.intended');
      await sink.finish(prepared.intent);
      await failpoint('sink.finished');
      await store.put(id, epoch, { ...published(document, intent), epoch: epoch + 1 });
      await failpoint('sink.published');
      return counts;
    },
    suspend: () => sink.discard(),
    async discard() {
      await sink.discard();
      await store.put(id, epoch, { ...(await store.get(id)), epoch: epoch + 1, unfinished: null, intent: null });
    },
  };
}
