import { Flags } from '@oclif/core';
import { EtlError, nearestName } from '@etl/sdk';
import type { PluginWorld } from '../plugins/change-plugins.js';
import type { RequestedPlugin } from '../plugins/requested-plugin.js';
import { ConfirmingCommand } from './confirming-command.js';
import type { ProjectFlags } from './project-command.js';

/** The flag that leaves a project alone. */
export const globalFlag = Flags.boolean({ char: 'g', summary: "The person's plugins, also inside of a project" });

/** What a change works on: a home, and the project whose etl.lock tells of it. */
export interface TargetWorld extends PluginWorld {
  readonly project: string | null;
}

/** A command that looks at plugins or changes them. */
export abstract class PluginCommand extends ConfirmingCommand {
  /** `makesLock`: in a project without etl.lock, the command begins one; others then work on the person's plugins. */
  protected async pluginWorld(
    flags: ProjectFlags & { readonly global?: boolean },
    { makesLock = false }: { readonly makesLock?: boolean } = {},
  ): Promise<TargetWorld> {
    const { personalHome, pluginHome, projectHome, projectOf } = await import('../plugins/plugin-home.js');
    const { readCatalogue } = await import('../plugins/catalogue.js');
    const { bundledPlugins } = await import('../registry/index.js');
    const { makeEtlFolder } = await import('../state/etl-folder.js');
    const { outside, terminal, config } = this;
    const { directory, variables } = outside;
    const request = { directory, variables, project: flags.project };
    const project = flags.global === true ? null : makesLock ? projectOf(request) : pluginHome(request).project;
    const own = variables['ETL_DATA_DIR'] ?? '';
    if (project !== null && own === '') await makeEtlFolder(project);
    return {
      project,
      home: project === null || own !== '' ? personalHome(variables) : projectHome(project),
      root: config.root,
      catalogue: await readCatalogue({ root: config.root, variables }),
      bundled: bundledPlugins(),
      variables,
      signal: this.signal,
      onWait: () => terminal.say('Waiting for another command that changes the plugins …'),
    };
  }

  /** Brings etl.lock to what is installed now. */
  protected async lockProject({ project, ...world }: TargetWorld): Promise<void> {
    if (project === null) return;
    const { writeLock } = await import('../plugins/etl-lock.js');
    await writeLock(project, world);
  }

  /** Plugins run with the rights of the person, so a stranger's needs a yes. Throws USAGE, which names --trust. */
  protected async trust(names: readonly string[], trusted: readonly string[]): Promise<void> {
    const open = names.filter((name) => !trusted.includes(name));
    if (open.length === 0) return;
    const flag = open.map((name) => `--trust ${name}`).join(' ');
    const guesses = await this.#guesses(open);
    const what = `Not in the catalogue of etl: ${open.join(', ')}`;
    if (!this.questions.possible)
      throw new EtlError('USAGE', `${what}. A plugin can do all that you can`, { hint: `${guesses}If you know who publishes it: ${flag}` });
    const message = `${what}. ${guesses}A plugin can do all that you can, and read your credentials. Install?`;
    if (await this.questions.confirm({ kind: 'confirm', flag, message, default: false })) return;
    throw new EtlError('CANCELLED', 'Nothing was installed');
  }

  /** A slip of the finger may be the name of a package that anybody has registered. */
  async #guesses(names: readonly string[]): Promise<string> {
    const known = (await this.catalogue()).entries.flatMap(({ connector, package: name }) => [connector, name]);
    const near = names.map((name) => nearestName(name, known)).filter((name) => name !== undefined);
    return near.length === 0 ? '' : `Did you mean ${near.join(', ')}? `;
  }

  protected strangers(requests: readonly RequestedPlugin[]): string[] {
    return requests.filter(({ entry }) => entry === null).map(({ name }) => name);
  }
}
