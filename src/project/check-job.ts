import type { ReadExtract, ReadLoad, ReadTransform } from './job-entries.js';
import type { ParamDefinition } from './job.js';
import type { JobSetting } from './read-job.js';
import type { Schemas } from './read-schemas.js';
import type { MapNode } from './yaml-node.js';

/** A job as far as it could be read. */
export interface ReadJobParts {
  readonly name: string;
  readonly root: MapNode;
  readonly params: ReadonlyMap<string, ParamDefinition>;
  readonly extracts: readonly ReadExtract[];
  readonly transforms: readonly ReadTransform[];
  readonly loads: readonly ReadLoad[];
  readonly schemas: Schemas;
}

/** What the shape of the file cannot say: names that meet, order, capabilities. */
export function checkJob(_parts: ReadJobParts, _setting: JobSetting): void {}
