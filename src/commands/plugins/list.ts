import type { InstalledPlugin } from '../../plugins/plugin-set.js';
import { globalFlag, PluginCommand } from '../../terminal/plugin-command.js';
import { showTable } from '../../terminal/show-table.js';

interface Listed {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly plugins: readonly Pick<InstalledPlugin, 'name' | 'version' | 'source' | 'integrity' | 'connectors' | 'root'>[];
  /** Folder of the project whose plugins they are; null: the person's. */
  readonly project: string | null;
}

export default class PluginsList extends PluginCommand {
  static override summary = 'Plugins that were installed or linked, with version and source';
  static override aliases = ['plugins'];
  static override flags = { global: globalFlag };
  static override examples = [
    { description: 'What is installed here', command: '<%= config.bin %> plugins list' },
    { description: 'Names and versions, for a script', command: '<%= config.bin %> plugins list --json | jq -r ".plugins[] | .name + .version"' }, // prettier-ignore
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<Listed> {
    const { flags } = await this.parse(PluginsList);
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    const { home, project } = await this.pluginWorld(flags);
    const set = await readPluginSet(home);
    const plugins = set.plugins
      .map(({ name, version, source, integrity, connectors, root }) => ({
        name,
        version,
        source,
        integrity,
        connectors,
        ...(root !== undefined && { root }),
      })) // prettier-ignore
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (!this.jsonEnabled()) this.#render(plugins);
    return { status: 'done', exitCode: 0, plugins, project };
  }

  #render(plugins: Listed['plugins']): void {
    if (plugins.length === 0) {
      this.terminal.say(`No plugins are installed. What there is: ${this.terminal.palette.command('etl connectors list')}`);
      return;
    }
    showTable(this.terminal, {
      columns: [{ title: 'plugin', weight: 3 }, { title: 'version', weight: 2 }, { title: 'source', weight: 2 }, { title: 'connectors' }],
      rows: plugins.map(({ name, version, source, connectors, root }) => [name, version, root ?? source, connectors.join(', ')]),
    }); // prettier-ignore
  }
}
