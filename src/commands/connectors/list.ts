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

export default class ConnectorsList extends ProjectCommand {
  static override summary = 'Connectors of this installation, and what each can do';
  static override aliases = ['connectors'];
  static override examples = [
    { description: 'What can be read and written', command: '<%= config.bin %> connectors list' },
    { description: 'The names alone, for a script', command: '<%= config.bin %> connectors list --json | jq -r ".connectors[].name"' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; connectors: Listed[] }> {
    await this.parse(ConnectorsList);
    const registry = await this.registry();
    for (const problem of registry.problems) this.terminal.warn(this.renderFailure(problem));
    const connectors = registry.list().map(listed);
    if (!this.jsonEnabled()) this.#render(connectors);
    return { status: 'done', exitCode: 0, connectors };
  }

  #render(connectors: readonly Listed[]): void {
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
