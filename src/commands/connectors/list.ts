import type { ConnectorEntry } from '../../registry/index.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showTable } from '../../terminal/show-table.js';

interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly extract: boolean;
  readonly modes: readonly string[];
  readonly plugin: string;
  readonly version: string;
}

/** A connector that one command installs. */
interface Installable {
  readonly name: string;
  readonly summary: string;
  readonly plugin: string;
  readonly command: string;
}

export default class ConnectorsList extends ProjectCommand {
  static override summary = 'Connectors that are installed or can be, and what each can do';
  static override aliases = ['connectors'];
  static override examples = [
    { description: 'What can be read and written', command: '<%= config.bin %> connectors list' },
    { description: 'The names alone, for a script', command: '<%= config.bin %> connectors list --json | jq -r ".connectors[].name"' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; connectors: Listed[]; installable: Installable[] }> {
    await this.parse(ConnectorsList);
    const registry = await this.registry();
    for (const problem of registry.problems) this.terminal.warn(this.renderFailure(problem));
    const connectors = registry.list().map(listed);
    const installable = await this.#installable(connectors);
    if (!this.jsonEnabled()) this.#render(connectors, installable);
    return { status: 'done', exitCode: 0, connectors, installable };
  }

  async #installable(connectors: readonly Listed[]): Promise<Installable[]> {
    const installed = new Set(connectors.map(({ name }) => name));
    const { entries } = await this.catalogue();
    return entries
      .filter(({ connector }) => !installed.has(connector))
      .map(({ connector, summary, package: plugin }) => ({
        name: connector,
        summary,
        plugin,
        command: `etl plugins install ${connector}`,
      }));
  }

  #render(connectors: readonly Listed[], installable: readonly Installable[]): void {
    showTable(this.terminal, {
      columns: [
        { title: 'connector', weight: 3 },
        { title: 'reads', weight: 2 },
        { title: 'writes', weight: 1 },
        { title: 'plugin', weight: 2 },
        { title: 'about' },
      ],
      rows: connectors.map(({ name, summary, extract, modes, plugin, version }) => [
        name,
        extract ? 'yes' : 'no',
        modes.join(', ') || 'no',
        `${plugin} ${version}`,
        summary,
      ]),
    });
    const { faint, command } = this.terminal.palette;
    for (const each of installable)
      this.terminal.say(`${each.name}: ${each.summary} ${faint('– not installed:')} ${command(each.command)}`);
    this.terminal.say(`\nOptions of one: ${this.terminal.palette.command(`${this.config.bin} connectors show NAME`)}`);
  }
}

const listed = ({ name, summary, extractor, modes, plugin, version }: ConnectorEntry): Listed => ({
  name,
  summary,
  extract: extractor,
  modes,
  plugin,
  version,
});
