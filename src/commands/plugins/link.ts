import { Args } from '@oclif/core';
import type { InstalledPlugin } from '../../plugins/plugin-set.js';
import { globalFlag, PluginCommand } from '../../terminal/plugin-command.js';

interface Linked {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly linked: Pick<InstalledPlugin, 'name' | 'version' | 'connectors' | 'root'>;
}

export default class PluginsLink extends PluginCommand {
  static override summary = 'Use a plugin from the folder in which it is being written';
  static override description =
    'The folder itself is used, so a new build works at once. Its dependencies are its own: npm install there first. etl.lock never has a linked plugin, since no other machine has that folder.';
  static override args = { folder: Args.string({ description: 'Folder with the package.json of the plugin', required: true }) };
  static override flags = { global: globalFlag };
  static override examples = [
    { description: 'The plugin of this folder', command: '<%= config.bin %> plugins link .' },
    {
      description: 'The plugin of another folder, for work outside of projects',
      command: '<%= config.bin %> plugins link ../my-connector --global',
    },
  ];
  static override exitCodes = [0, 1, 2, 7, 130] as const;

  async run(): Promise<Linked> {
    const { args, flags } = await this.parse(PluginsLink);
    const { linkPlugin } = await import('../../plugins/link-plugin.js');
    const world = await this.pluginWorld(flags);
    const { name, version, connectors, root } = await linkPlugin(world, this.path(args.folder));
    const { good, command } = this.terminal.palette;
    this.terminal.say(`${good('✔')} ${name} ${version} is used from ${root ?? ''}`);
    this.terminal.say(`What it can do: ${command(`etl connectors show ${connectors[0] ?? ''}`)}`);
    return { status: 'done', exitCode: 0, linked: { name, version, connectors, ...(root !== undefined && { root }) } };
  }
}
