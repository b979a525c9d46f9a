import { globalFlag, PluginCommand } from '../../terminal/plugin-command.js';
import { yesFlag } from '../../terminal/confirming-command.js';

interface Reset {
  readonly status: 'done' | 'cancelled';
  readonly exitCode: 0;
  readonly uninstalled: readonly string[];
}

export default class PluginsReset extends PluginCommand {
  static override summary = 'Remove all plugins, installed and linked';
  static override flags = { yes: yesFlag, global: globalFlag };
  static override examples = [
    { description: 'After a question', command: '<%= config.bin %> plugins reset' },
    { description: 'In a script', command: '<%= config.bin %> plugins reset --yes' },
  ];
  static override exitCodes = [0, 1, 2, 7, 130] as const;

  async run(): Promise<Reset> {
    const { flags } = await this.parse(PluginsReset);
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    const { uninstallPlugins } = await import('../../plugins/uninstall-plugins.js');
    const world = await this.pluginWorld(flags);
    const names = (await readPluginSet(world.home)).plugins.map(({ name }) => name);
    if (names.length === 0) {
      this.terminal.say('No plugins are installed');
      return { status: 'done', exitCode: 0, uninstalled: [] };
    }
    if (!(await this.sure(flags.yes, `Remove ${names.join(', ')}?`))) return { status: 'cancelled', exitCode: 0, uninstalled: [] };
    await uninstallPlugins(world, new Set(names));
    await this.lockProject(world);
    this.terminal.say(`${this.terminal.palette.good('✔')} ${names.join(', ')} removed`);
    return { status: 'done', exitCode: 0, uninstalled: names };
  }
}
