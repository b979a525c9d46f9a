import type { ReadExtract, ReadLoad, ReadStatements, ReadTransform } from './job-entries.js';
import type { ParamDefinition } from './job.js';
import type { Schemas } from './read-schemas.js';
import type { MapNode } from './yaml-node.js';

/** A job as far as it could be read. */
export interface ReadJobParts {
  /** Name of its folder. */
  readonly name: string;
  readonly root: MapNode;
  readonly params: ReadonlyMap<string, ParamDefinition>;
  /** Names in `extract`, also of entries that could not be read. */
  readonly extracted: readonly string[];
  readonly extracts: readonly ReadExtract[];
  readonly transforms: readonly ReadTransform[];
  readonly loads: readonly ReadLoad[];
  readonly statements: readonly ReadStatements[];
  readonly schemas: Schemas;
}
