import { Args } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import { busy } from '../../terminal/busy.js';
import { flagList } from '../../terminal/flag-values.js';
import { globalFlag, PluginCommand } from '../../terminal/plugin-command.js';

interface Uninstalled {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly uninstalled: readonly string[];
}

export default class PluginsUninstall extends PluginCommand {
  static override summary = 'Remove plugins, and what only they needed';
  static override aliases = ['plugins:remove', 'plugins:unlink'];
  static override args = { names: Args.string({ description: 'Plugins or their connectors', required: true, multiple: true }) };
  static override flags = { global: globalFlag };
  static override examples = [
    { description: 'By the name of its connector', command: '<%= config.bin %> plugins uninstall oracle' },
    { description: 'Several, by the names of their packages', command: '<%= config.bin %> plugins uninstall @etl/oracle @acme/etl-lake' },
  ];
  static override exitCodes = [0, 1, 2, 7, 130] as const;

  async run(): Promise<Uninstalled> {
    const { args, flags } = await this.parse(PluginsUninstall);
    const { findInstalled } = await import('../../plugins/find-installed.js');
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    const { uninstallPlugins } = await import('../../plugins/uninstall-plugins.js');
    const given = flagList(args.names);
    const bundled = (await import('../../registry/index.js')).bundledPlugins().find(({ name }) => given.includes(name));
    if (bundled !== undefined) throw new EtlError('USAGE', `${bundled.name} is a part of etl itself`);
    const world = await this.pluginWorld(flags);
    const set = await readPluginSet(world.home);
    const names = new Set(given.map((name) => findInstalled(set, name).name));
    await busy(this.terminal, `Removing ${[...names].join(', ')}`, () => uninstallPlugins(world, names));
    await this.lockProject(world);
    for (const name of names) this.terminal.say(`${this.terminal.palette.good('✔')} ${name} is removed`);
    return { status: 'done', exitCode: 0, uninstalled: [...names] };
  }
}
