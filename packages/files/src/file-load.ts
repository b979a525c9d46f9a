import {
  assertBalanced,
  EtlError,
  isEtlError,
  type Batch,
  type Commit,
  type Load,
  type LoadCounts,
  type LoadDocument,
  type LoadTarget,
  type Mark,
  type PartWriter,
} from '@etl/sdk';
import type { StagedFile } from './byte-store.js';
import { afterPublish, intentOf, publishingOf, type FileIntent } from './file-load-state.js';
import { isSameBase, type FileLoaderNeeds, type SavedFile } from './open-sink.js';
import { TextSink, type FileSink } from './file-sink.js';

export interface FileLoadParts {
  readonly needs: FileLoaderNeeds;
  readonly target: LoadTarget;
  readonly path: string;
  readonly epoch: number;
  readonly canResume: boolean;
  readonly sink: FileSink;
  readonly saved: SavedFile;
}

/** A save waits for the disk: rarely enough not to count, often enough to lose a second of work at most. */
const saveBytes = 128 * 1024 * 1024;
/** So many refused rows are kept in memory, or a few more. */
const mostRefused = 2000;

/** One file on its way to being visible. */
export class FileLoad implements Load {
  #rows: number;
  #staged: StagedFile | null = null;
  #isLost = false;

  constructor(private readonly parts: FileLoadParts) {
    this.#rows = parts.saved.rows;
  }

  async part(id: string): Promise<PartWriter> {
    const { canResume, sink } = this.parts;
    const { unfinished } = await this.#document();
    return {
      after: canResume ? (unfinished?.marks[id] ?? null) : null,
      get saveBytes() {
        return sink.refused > mostRefused ? 0 : saveBytes;
      },
      write: (batch, release) => this.#write(batch, release),
      flush: async () => {
        const rejects = sink.rejects();
        this.#rows -= rejects.length;
        return rejects;
      },
      save: async (mark) => {
        if (canResume) await this.#save(id, mark);
      },
      close: async () => undefined,
    };
  }

  async seal(): Promise<{ readonly rows: number }> {
    this.#staged = await this.#whole(() => this.parts.sink.seal());
    await this.parts.needs.context.failpoint('file.sealed');
    return { rows: this.#rows };
  }

  async publish(commit: Commit): Promise<LoadCounts> {
    const { needs, target, path, epoch, saved } = this.parts;
    const { store, context } = needs;
    const document = await this.#document();
    if (document.published?.run === commit.run) return document.published.counts;
    if (document.epoch !== epoch) throw new EtlError('FENCED', `Another run has taken over load ${target.id}`);
    if (this.#staged === null) throw new EtlError('INTERNAL', `Load ${target.id} is published before it is sealed`);
    if (commit.rows !== this.#rows)
      throw new EtlError('UNBALANCED', `${path} holds ${this.#rows} rows of this run, but ${commit.rows} are to be published`);
    const append = target.mode === 'append';
    if (append && !(await isSameBase(store, saved)))
      throw new EtlError('CONFLICT', `${path} was changed by another program while rows were appended to it`, {
        place: { file: path },
        hint: 'Run again: nothing was published',
      });
    const publishing = await publishingOf(this.#staged, { commit, path, append });
    assertBalanced(commit.rows, publishing.counts);
    await context.state.put(target.id, epoch, {
      ...document,
      intent: { ...intentOf(document), publishing } satisfies FileIntent,
    });
    await context.failpoint('file.intended');
    await this.#staged.publish();
    await context.failpoint('file.renamed');
    await context.state.put(target.id, epoch, afterPublish(document, publishing, epoch + 1));
    await context.failpoint('file.published');
    return publishing.counts;
  }

  async suspend(): Promise<void> {
    const { canResume, sink } = this.parts;
    if (canResume && !this.#isLost) await sink.close();
    else await sink.discard();
  }

  async discard(): Promise<void> {
    const { needs, target, epoch, sink } = this.parts;
    await sink.discard();
    await needs.context.state.put(target.id, epoch, { ...(await this.#document()), epoch: epoch + 1, unfinished: null, intent: null });
  }

  #document(): Promise<LoadDocument> {
    return this.parts.needs.context.state.get(this.parts.target.id);
  }

  async #write(batch: Batch, release?: () => void): Promise<void> {
    await this.#whole(() => this.parts.sink.write(batch, release));
    this.#rows += batch.length;
  }

  /** The bytes first, then what says that they count. */
  async #save(part: string, mark: Mark): Promise<void> {
    const { needs, target, epoch, sink, saved } = this.parts;
    const length = await this.#whole(() => sink.save());
    await needs.context.failpoint('file.synced');
    const document = await this.#document();
    if (document.unfinished === null) throw new EtlError('FENCED', `Another run has taken over load ${target.id}`);
    const hasRows = sink instanceof TextSink ? sink.hasRows : false;
    const intent: FileIntent = {
      stage: { path: saved.path, key: saved.key },
      saved: { ...saved, length, rows: this.#rows, hasRows },
      publishing: null,
    };
    const unfinished = { ...document.unfinished, marks: { ...document.unfinished.marks, [part]: mark } };
    await needs.context.state.put(target.id, epoch, { ...document, unfinished, intent });
    await needs.context.failpoint('file.saved');
  }

  /** On a full disk, what was written goes at once: it is of no use, and others need the space. */
  async #whole<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isEtlError(error) || error.code !== 'DISK_FULL') throw error;
      this.#isLost = true;
      await this.parts.sink.discard();
      throw error;
    }
  }
}
