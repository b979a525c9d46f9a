import type { ManifestStore } from '../engine/engine-context.js';
import type { RunOptions } from '../engine/engine-job.js';
import * as state from '../state/index.js';
import type { RunNames } from './open-job.js';

/** The run that would be continued, or a new one: known before anything is opened, since option texts may name it. */
export async function provisionalNames(
  store: ManifestStore,
  { fingerprint, options, now }: { fingerprint: string; options: RunOptions; now: () => Date },
): Promise<RunNames> {
  const manifest = await store.read();
  const fits = manifest !== null && manifest.fingerprint === fingerprint && (options.runId === null || options.runId === manifest.run);
  if (fits && !options.restart && !options.dryRun && options.limit === null)
    return { id: manifest.run, started: new Date(manifest.started) };
  const started = now();
  return { id: options.runId ?? state.newRunId(started), started };
}
