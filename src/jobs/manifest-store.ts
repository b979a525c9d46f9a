import type { Manifest, ManifestStore } from '../engine/engine-context.js';
import * as state from '../state/index.js';

/** The manifest of the run of a job that is under way, in the project's `.etl`. */
export function manifestStore(etl: string, job: string): ManifestStore {
  return {
    async read() {
      const found = await state.readManifest(etl, job);
      if (found === null) return null;
      const { run, started, phase, data } = found;
      return { ...(data as unknown as Omit<Manifest, 'run' | 'started' | 'phase'>), run, started, phase };
    },
    write: ({ run, started, phase, ...data }) => state.writeManifest(etl, job, { run, started, phase, data }),
    remove: () => state.removeManifest(etl, job),
  };
}
