import { checkDatasets } from './check-datasets.js';
import { checkEach } from './check-each.js';
import { checkLoads } from './check-loads.js';
import { checkNames } from './check-names.js';
import { checkParameters } from './check-parameters.js';
import type { ReadJobParts } from './job-parts.js';
import type { Problems } from './problem.js';

/** What the shape of the file cannot say: names that meet, their order, what a mode needs. */
export function checkJob(parts: ReadJobParts, problems: Problems): void {
  checkNames(parts, problems);
  checkDatasets(parts, problems);
  checkEach(parts, problems);
  checkLoads(parts, problems);
  checkParameters(parts, problems);
}
