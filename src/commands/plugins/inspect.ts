import { Args } from '@oclif/core';
import type { InstalledPlugin } from '../../plugins/plugin-set.js';
import { globalFlag, PluginCommand } from '../../terminal/plugin-command.js';

interface Inspected {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly plugin: Pick<InstalledPlugin, 'name' | 'version' | 'source' | 'integrity' | 'connectors'> & {
    readonly folder: string;
    readonly sdk: unknown;
    readonly dependencies: Readonly<Record<string, string>>;
  };
}

export default class PluginsInspect extends PluginCommand {
  static override summary = 'One plugin: where it came from, where it lies, what it needs';
  static override args = { name: Args.string({ description: 'Name of the plugin or of its connector', required: true }) };
  static override flags = { global: globalFlag };
  static override examples = [
    { description: 'By the name of its connector', command: '<%= config.bin %> plugins inspect oracle' },
    { description: 'Its folder, for a script', command: '<%= config.bin %> plugins inspect oracle --json | jq -r .plugin.folder' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<Inspected> {
    const { args, flags } = await this.parse(PluginsInspect);
    const { findInstalled } = await import('../../plugins/find-installed.js');
    const { pluginFolder, readPluginManifest } = await import('../../plugins/check-plugins.js');
    const { currentSet } = await import('../../plugins/plugin-home.js');
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    const { home } = await this.pluginWorld(flags);
    const found = findInstalled(await readPluginSet(home), args.name);
    const folder = pluginFolder(currentSet(home), found);
    const { etl, dependencies = {} } = await readPluginManifest(folder);
    const { name, version, source, integrity, connectors } = found;
    const plugin = { name, version, source, integrity, connectors, folder, sdk: etl.sdk, dependencies };
    if (!this.jsonEnabled()) this.#render(plugin);
    return { status: 'done', exitCode: 0, plugin };
  }

  #render({ name, version, source, integrity, connectors, folder, dependencies }: Inspected['plugin']): void {
    const { terminal } = this;
    const needs = Object.entries(dependencies).map(([each, range]) => `${each} ${range}`);
    const lines = [
      ['connectors', connectors.join(', ')],
      ['source', source],
      ['integrity', integrity],
      ['folder', folder],
      ['needs', needs.join(', ')],
    ].filter(([, value]) => value !== '');
    terminal.data(terminal.dataPalette.bold(`${name} ${version}`));
    for (const [title = '', value = ''] of lines) terminal.data(`${title.padEnd(12)}${value}`);
  }
}
