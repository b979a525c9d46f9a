import type { Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import type { Questions } from '../terminal/ask.js';

/** What a new job over a person's own data is made from. */
export interface OwnDataRequest {
  readonly cwd: string;
  readonly directory: string;
  /** Null: the project is new. */
  readonly project: Project | null;
  readonly projectName: string;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly questions: Questions;
  readonly yes: boolean;
  readonly from: string;
  readonly to: string;
  /** Tables or files that are read; absent or empty: those that are chosen. */
  readonly table?: readonly string[] | undefined;
  readonly job?: string | undefined;
  readonly key?: readonly string[] | undefined;
  /** Update rows by the primary keys of the tables. */
  readonly merge: boolean;
}
