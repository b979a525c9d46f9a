import { Args, Flags } from '@oclif/core';
import type { InstalledPlugin } from '../../plugins/plugin-set.js';
import { busy } from '../../terminal/busy.js';
import { flagList } from '../../terminal/flag-values.js';
import { globalFlag, PluginCommand } from '../../terminal/plugin-command.js';

interface Updated {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly updated: readonly { readonly name: string; readonly from: string; readonly to: string; readonly changed: boolean }[];
  /** Plugins that only their own place can renew: a bundle, a linked folder. */
  readonly kept: readonly string[];
}

export default class PluginsUpdate extends PluginCommand {
  static override summary = 'Bring plugins to their newest version; a failed update keeps what worked';
  static override args = { names: Args.string({ description: 'Plugins or their connectors; all unless told', multiple: true }) };
  static override flags = {
    'allow-scripts': Flags.string({ summary: 'Let this package run its install scripts', helpValue: 'NAME', multiple: true }),
    global: globalFlag,
  };
  static override examples = [
    { description: 'All of them, and etl.lock with them', command: '<%= config.bin %> plugins update' },
    { description: 'One', command: '<%= config.bin %> plugins update oracle' },
  ];
  static override exitCodes = [0, 1, 2, 4, 7, 130] as const;

  async run(): Promise<Updated> {
    const { args, flags } = await this.parse(PluginsUpdate);
    const { findInstalled } = await import('../../plugins/find-installed.js');
    const { installPlugins } = await import('../../plugins/install-plugins.js');
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    const world = await this.pluginWorld(flags);
    const before = await readPluginSet(world.home);
    const names = flagList(args.names);
    const meant = names.length === 0 ? before.plugins : names.map((name) => findInstalled(before, name));
    const renewable = meant.filter(({ source }) => source === 'workspace' || source === 'registry');
    const fromRegistry = new Set(renewable.filter(({ source }) => source === 'registry').map(({ name }) => name));
    const requests = renewable.map(({ name }) => ({ name, version: null, entry: world.catalogue.find(name) ?? null }));
    const options = { allowScripts: flagList(flags['allow-scripts']), fromRegistry };
    const after = requests.length === 0 ? before : await busy(this.terminal, `Updating ${requests.map(({ name }) => name).join(', ')}`, () => installPlugins(world, requests, options));
    await this.lockProject(world);
    return this.#told(renewable, { after: after.plugins, kept: meant.filter((plugin) => !renewable.includes(plugin)) });
  } // prettier-ignore

  #told(
    before: readonly InstalledPlugin[],
    { after, kept }: { readonly after: readonly InstalledPlugin[]; readonly kept: readonly InstalledPlugin[] },
  ): Updated {
    const { terminal } = this;
    const updated = before.map(({ name, version, integrity }) => {
      const now = after.find((plugin) => plugin.name === name);
      return { name, from: version, to: now?.version ?? version, changed: now?.version !== version || now.integrity !== integrity };
    });
    for (const { name, from, to, changed } of updated)
      terminal.say(changed ? `${terminal.palette.good('✔')} ${name} ${from} → ${to}` : `${name} ${to} is the newest`);
    for (const { name, source } of kept)
      terminal.say(
        source === 'link' ? `${name} is linked: its folder is used as it is` : `${name} came from a bundle: install a newer one`,
      );
    if (before.length + kept.length === 0) terminal.say('No plugins are installed');
    return { status: 'done', exitCode: 0, updated, kept: kept.map(({ name }) => name) };
  }
}
