import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import type { JobWorld } from '../jobs/job-world.js';
import type { Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { EtlCommand } from './etl-command.js';

/** The global flags that say which project is meant. */
export interface ProjectFlags {
  readonly project?: string | undefined;
  readonly env?: string | undefined;
}

/** A command that works on a project. What it needs is imported when it is asked for, so that help stays quick. */
export abstract class ProjectCommand extends EtlCommand {
  #registry: Promise<Registry> | null = null;

  /** The connectors of this installation: those that come with it, then those of plugins. */
  protected registry(): Promise<Registry> {
    this.#registry ??= this.#loadRegistry();
    return this.#registry;
  }

  /** Folder of the project: `--project`, else the nearest etl.yaml upwards. Throws CONFIG_INVALID. */
  protected async projectDirectory({ project }: ProjectFlags): Promise<string> {
    const { findProject } = await import('../project/index.js');
    const directory = project === undefined ? findProject(this.outside.directory) : this.path(project);
    if (!existsSync(join(directory, 'etl.yaml')))
      throw new EtlError('CONFIG_INVALID', `There is no etl.yaml in ${directory}`, { hint: 'Give the folder of a project: --project DIR' });
    this.filesAreIn(directory);
    return directory;
  }

  protected async openProject(flags: ProjectFlags): Promise<Project> {
    const directory = await this.projectDirectory(flags);
    const { readProject } = await import('../project/index.js');
    const { steps } = await import('../transforms/index.js');
    const registry = await this.registry();
    return readProject(directory, { environment: flags.env ?? null, variables: this.outside.variables, registry, steps });
  }

  /** Opens the project's world of jobs for as long as the work takes. */
  protected async withJobs<T>(flags: ProjectFlags, work: (world: JobWorld) => Promise<T>): Promise<T> {
    const project = await this.openProject(flags);
    const { openJobWorld } = await import('../jobs/job-world.js');
    const registry = await this.registry();
    const { outside } = this;
    const world = await openJobWorld({ project, registry, signal: this.signal, variables: outside.variables, now: () => outside.now() });
    try {
      return await work(world);
    } finally {
      await world.close();
    }
  }

  async #loadRegistry(): Promise<Registry> {
    const { bundledPlugins, loadRegistry } = await import('../registry/index.js');
    const bundled = bundledPlugins();
    const names = new Set(bundled.map(({ name }) => name));
    const others = this.config.getPluginsList().filter(({ name }) => !names.has(name));
    return loadRegistry([...bundled, ...others.map(({ name, root, pjson }) => ({ name, root, pjson }))]);
  }
}
