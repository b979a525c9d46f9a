import { join } from 'node:path';
import { createColumnar } from '@etl/columnar';
import type { Context, Logger } from '@etl/sdk';
import { createFailpoint, failpointOrders, type Failpoint } from '../engine/failpoint.js';
import type { Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { etlPaths, makeEtlFolder, openStateStore, type Redactor } from '../state/index.js';
import { refuseState } from './refuse-state.js';
import { openTemporaryFolder } from './temporary-folder.js';

/** What the outside lends to whatever works with jobs. */
export interface JobDependencies {
  readonly project: Project;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly variables: NodeJS.ProcessEnv;
  readonly now: () => Date;
  /** Knows every secret that was handed out: logs, records and rejects go through it. */
  readonly redactor: Redactor;
}

/** The folders and services that the connections of one command share. */
export interface JobWorld extends JobDependencies {
  /** The project's `.etl`. */
  readonly etl: string;
  readonly failpoint: Failpoint;
  readonly temporary: string;
  contextWith(log: Logger): Context;
  close(): Promise<void>;
}

export async function openJobWorld(dependencies: JobDependencies): Promise<JobWorld> {
  const { project, signal, variables } = dependencies;
  refuseState(project);
  const etl = await makeEtlFolder(project.directory);
  const temporary = await openTemporaryFolder(etl);
  const failpoint = createFailpoint(failpointOrders(variables));
  const columnar = createColumnar({ temporary: temporary.path });
  const state = openStateStore(etlPaths(etl).state);
  return {
    ...dependencies,
    etl,
    failpoint,
    temporary: temporary.path,
    contextWith: (log) => ({ log, signal, directory: project.directory, temporary: temporary.path, state, columnar, failpoint }),
    close: () => temporary.remove(),
  };
}

/** The spool file of a run, whatever its id holds. */
export function spoolFile(etl: string, run: string): string {
  const { spool, spoolName } = etlPaths(etl);
  return join(spool, `${spoolName(run)}duckdb`);
}

/** Folder of built scripts. */
export const scriptCache = (etl: string): string => join(etl, 'cache', 'scripts');

/** Takes nothing down: for work that has no run of its own. */
export const silentLog: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
