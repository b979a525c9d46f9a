import { check } from '../checks/check.js';
import { cast } from './cast.js';
import { clean } from './clean.js';
import { dedupe } from './dedupe.js';
import { derive } from './derive.js';
import { drop } from './drop.js';
import { filter } from './filter.js';
import { rename } from './rename.js';
import { select } from './select.js';
import { script } from './script/script.js';
import { sql } from './sql.js';
import type { StepDefinition } from './step.js';

/** The transform library, in the order in which help and docs list it. */
export const steps: ReadonlyMap<string, StepDefinition> = new Map(
  [select, drop, rename, cast, clean, derive, filter, dedupe, sql, script, check].map((step): [string, StepDefinition] => [
    step.name,
    step,
  ]),
);
