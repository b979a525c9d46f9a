import { EtlError, isEtlError, type LoadDocument, type Loader, type LoadTarget } from '@etl/sdk';
import { FileLoad } from './file-load.js';
import { afterPublish, intentOf, isVisible, type FileIntent } from './file-load-state.js';
import { storePath } from './find-files.js';
import { fileKind, type FileKind } from './format-of.js';
import { isGlob } from './glob.js';
import { openSink, type FileLoaderNeeds, type SavedFile } from './open-sink.js';

/** The write modes of every connector whose target is files. */
export const fileModes = ['append', 'replace'] as const;

/**
 * Writes one file, atomically: readers see the old one or the new one. What is written stands beside it until then; plain CSV and NDJSON
 * go on after an interruption where their last mark stands, the others begin again. Exactly once in both cases.
 */
export function fileLoader(needs: FileLoaderNeeds): Loader {
  const { store, options, context } = needs;
  const path = storePath(options.file);
  if (isGlob(path))
    throw new EtlError('CONFIG_INVALID', `A load writes one file; ${path} is a pattern`, {
      hint: 'Name the file, with placeholders if need be: `orders-{run.date}.csv`',
    });
  const kind = fileKind(path, options);
  const canResume = isResumable(kind);
  /** The document with a publish that was interrupted behind its visible step counted as done. */
  const current = async (id: string): Promise<LoadDocument> => {
    const document = await context.state.get(id);
    const { publishing } = intentOf(document);
    if (publishing === null || !(await isVisible(store, publishing))) return document;
    return afterPublish(document, publishing, document.epoch);
  };
  return {
    traits: { visible: 'at-publish', resume: canResume ? 'chunk' : 'restart', parts: 1 },
    async state(id) {
      const { epoch, cursors, published, unfinished } = await current(id);
      return { epoch, cursors, published, unfinished };
    },
    async setState(id, epoch, cursors) {
      await context.state.put(id, epoch, { ...(await current(id)), epoch: epoch + 1, cursors: cursors ?? {} });
    },
    async begin(target) {
      refuseMode(target, path);
      const document = await current(target.id);
      const before = intentOf(document);
      const saved = canResume ? savedOf(document, target, path) : null;
      const epoch = target.epoch + 1;
      const key = `${target.id}#${epoch}`;
      const marks = saved === null ? {} : (document.unfinished?.marks ?? {});
      const unfinished = { run: target.run, fingerprint: target.fingerprint, plan: target.plan, marks };
      const taken = { ...document, epoch, unfinished };
      const stage = { path, key };
      const put = (next: LoadDocument): Promise<void> => context.state.put(target.id, epoch, next);
      await context.state.put(target.id, target.epoch, { ...taken, intent: { stage, saved, publishing: null } satisfies FileIntent });
      await context.failpoint('file.begun');
      const opened = await openSink({ needs, path, kind, target, key }, saved).catch(async (error: unknown) => {
        // what is lost once is lost for good: the next begin starts anew
        if (isEtlError(error) && error.code === 'STAGING_LOST') await put({ ...taken, unfinished: null, intent: null });
        throw error;
      });
      if (saved !== null) await put({ ...taken, intent: { stage, saved: opened.saved, publishing: null } satisfies FileIntent });
      for (const old of [before.stage, before.saved]) if (old !== null && old.key !== key) await store.unstage(old.path, old.key);
      return new FileLoad({ needs, target, path, epoch, canResume, ...opened });
    },
    close: async () => undefined,
  };
}

const isResumable = ({ format, compression }: FileKind): boolean => compression === 'none' && format !== 'json' && format !== 'parquet';

/** What the interrupted run of the same job left; null: nothing that can be continued. */
function savedOf(document: LoadDocument, { run, fingerprint }: LoadTarget, path: string): SavedFile | null {
  const { unfinished } = document;
  const { saved } = intentOf(document);
  if (saved === null || unfinished === null || saved.path !== path) return null;
  return unfinished.run === run && unfinished.fingerprint === fingerprint ? saved : null;
}

function refuseMode({ mode, schema }: LoadTarget, path: string): void {
  if (mode !== 'append' && mode !== 'replace')
    throw new EtlError('CAPABILITY_MISSING', `A file cannot be loaded with mode ${mode}`, {
      place: { file: path },
      hint: 'Files have append and replace; a `duckdb` connection merges',
    });
  if (schema.fields.length === 0) throw new EtlError('SCHEMA_MISMATCH', `The rows for ${path} have no columns`, { place: { file: path } });
}
