import type { ResolveSecret } from '../credentials/credentials.js';
import type { Registry } from '../registry/index.js';
import type { StepDefinition } from '../transforms/step.js';
import type { ParsedEtlFile } from './parse-etl-file.js';

/** How a project is to be read. */
export interface ReadProjectOptions {
  /** Name of the overlay; null or absent: `ETL_ENV` of the variables, else none. */
  readonly environment?: string | null;
  /** The environment of the process: for `${VAR}`, `ETL_ENV` and secrets. */
  readonly variables: NodeJS.ProcessEnv;
  readonly registry: Registry;
  /** Finds secrets; absent: in variables and mounted files alone. */
  readonly secrets?: ResolveSecret;
  /** The library of steps; they parse their own options. */
  readonly steps: ReadonlyMap<string, StepDefinition>;
}

/** What the readers of one project share. */
export interface ProjectSetting extends ReadProjectOptions {
  readonly directory: string;
  readonly file: ParsedEtlFile;
}
