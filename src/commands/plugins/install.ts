import { Args, Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import type { InstalledPlugin, PluginSet } from '../../plugins/plugin-set.js';
import type { ServedBundle } from '../../plugins/restore-plugins.js';
import { busy } from '../../terminal/busy.js';
import { flagList } from '../../terminal/flag-values.js';
import { globalFlag, PluginCommand, type TargetWorld } from '../../terminal/plugin-command.js';

interface Installed {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly installed: readonly Pick<InstalledPlugin, 'name' | 'version' | 'source' | 'connectors'>[];
  /** Folder of the project whose etl.lock says so; null: the person's plugins. */
  readonly project: string | null;
  /** Packages whose install scripts did not run. */
  readonly scriptsHeld: readonly string[];
}

export default class PluginsInstall extends PluginCommand {
  static override summary = 'Install connectors by name, or exactly those of etl.lock';
  static override description =
    'In a project the plugins are its own, and etl.lock says exactly which they are. Without a name a clone of the project, or a CI runner, gets exactly that set. A failed or interrupted installation leaves everything as it was.';
  static override aliases = ['plugins:add'];
  static override args = { names: Args.string({ description: 'Connectors or packages, such as oracle or @acme/etl-lake@1.2.0', multiple: true }) }; // prettier-ignore
  static override flags = {
    offline: Flags.string({ summary: 'Folder that etl plugins bundle made; no network is used', helpValue: 'DIR' }),
    trust: Flags.string({ summary: 'Install this package though the catalogue does not know it', helpValue: 'NAME', multiple: true }),
    'allow-scripts': Flags.string({ summary: 'Let this package run its install scripts', helpValue: 'NAME', multiple: true }),
    global: globalFlag,
  };
  static override examples = [
    { description: 'A connector by its name', command: '<%= config.bin %> plugins install oracle' },
    { description: 'In CI: exactly what etl.lock says', command: '<%= config.bin %> plugins install --no-input' },
    { description: 'Without a network, from what a release carries', command: '<%= config.bin %> plugins install oracle --offline ./bundle' },
    { description: "A package outside of etl's catalogue", command: '<%= config.bin %> plugins install @acme/etl-lake --trust @acme/etl-lake' },
  ]; // prettier-ignore
  static override exitCodes = [0, 1, 2, 4, 7, 130] as const;

  async run(): Promise<Installed> {
    const { args, flags } = await this.parse(PluginsInstall);
    const names = flagList(args.names);
    const options = { trusted: flagList(flags.trust), allowScripts: flagList(flags['allow-scripts']) };
    const world = await this.pluginWorld(flags, { makesLock: true });
    const set =
      flags.offline !== undefined
        ? await this.#offline(world, { ...options, names, folder: this.path(flags.offline) })
        : names.length > 0
          ? await this.#install(world, { ...options, names })
          : await this.#restore(world, options);
    return this.#told(world, set, options.allowScripts);
  }

  async #install(world: TargetWorld, given: { names: string[]; trusted: string[]; allowScripts: string[] }): Promise<InstalledSet> {
    const { requestedPlugin } = await import('../../plugins/requested-plugin.js');
    const { installPlugins } = await import('../../plugins/install-plugins.js');
    const requests = given.names.map((name) => requestedPlugin(name, world.catalogue));
    await this.trust(this.strangers(requests), given.trusted);
    const text = `Installing ${requests.map(({ name }) => name).join(', ')}`;
    const set = await busy(this.terminal, text, () => installPlugins(world, requests, given));
    await this.lockProject(world);
    return { set, names: new Set(requests.map(({ name }) => name)) };
  }

  /** In a project with a lock and without names, exactly that set; else the plugins that are named, or all of the bundle. */
  async #offline(
    world: TargetWorld,
    { folder, names, trusted, allowScripts }: { folder: string; names: string[]; trusted: string[]; allowScripts: string[] },
  ): Promise<InstalledSet> {
    const { readLock } = await import('../../plugins/etl-lock.js');
    const { installBundle, pluginsOfBundle } = await import('../../plugins/install-bundle.js');
    const { withServedBundle } = await import('../../plugins/serve-bundle.js');
    const lock = world.project === null || names.length > 0 ? null : await readLock(world.project);
    return withServedBundle(folder, async (served, bundle) => {
      if (lock !== null) return this.#restore(world, { trusted, allowScripts, served });
      const plugins = pluginsOfBundle(bundle, names);
      await this.trust(plugins.map(({ name }) => name).filter((name) => world.catalogue.find(name) === undefined), trusted); // prettier-ignore
      const text = `Installing ${plugins.map(({ name }) => name).join(', ')}`;
      const set = await busy(this.terminal, text, () => installBundle(world, { served, plugins, allowScripts }));
      await this.lockProject(world);
      return { set, names: new Set(plugins.map(({ name }) => name)) };
    });
  }

  async #restore(world: TargetWorld, { trusted, allowScripts, served = null }: RestoreOptions): Promise<InstalledSet> {
    const { checkBuiltin } = await import('../../plugins/check-lock.js');
    const { lockDifferences, readLock } = await import('../../plugins/etl-lock.js');
    const { restorePlugins } = await import('../../plugins/restore-plugins.js');
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    const lock = world.project === null ? null : await readLock(world.project);
    if (lock === null)
      throw new EtlError('USAGE', 'There is no etl.lock to install from', { hint: 'Name what to install: etl plugins install NAME' });
    checkBuiltin(lock, world);
    const names = new Set(Object.keys(lock.plugins));
    if ((await lockDifferences(lock, world.home)).length === 0) return { set: await readPluginSet(world.home), names };
    await this.trust([...names].filter((name) => world.catalogue.find(name) === undefined), trusted); // prettier-ignore
    const set = await busy(this.terminal, 'Installing what etl.lock says', () => restorePlugins(world, lock, { allowScripts, served }));
    return { set, names };
  }

  async #told(world: TargetWorld, { set, names }: InstalledSet, allowed: readonly string[]): Promise<Installed> {
    const { heldScripts } = await import('../../plugins/held-scripts.js');
    const { currentSet } = await import('../../plugins/plugin-home.js');
    const installed = set.plugins.filter(({ name }) => names.has(name));
    const scriptsHeld = await heldScripts(currentSet(world.home), [...set.scripts, ...allowed]);
    const { good, command } = this.terminal.palette;
    for (const { name, version, connectors } of installed)
      this.terminal.say(`${good('✔')} ${name} ${version}: connector ${connectors.join(', ')}`);
    if (installed.length === 0) this.terminal.say('etl.lock has no plugins: nothing to install');
    for (const name of scriptsHeld)
      this.terminal.warn(`${name} has an install script, which did not run. If it has to: ${command(`etl plugins install … --allow-scripts ${name}`)}`);
    if (installed[0] !== undefined) this.terminal.say(`What it can do: ${command(`etl connectors show ${installed[0].connectors[0] ?? ''}`)}`);
    return {
      status: 'done',
      exitCode: 0,
      installed: installed.map(({ name, version, source, connectors }) => ({ name, version, source, connectors })),
      project: world.project,
      scriptsHeld,
    };
  } // prettier-ignore
}

interface RestoreOptions {
  readonly trusted: string[];
  readonly allowScripts: string[];
  readonly served?: ServedBundle | null;
}

interface InstalledSet {
  readonly set: PluginSet;
  readonly names: ReadonlySet<string>;
}
