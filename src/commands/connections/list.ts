import { Flags } from '@oclif/core';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showTable } from '../../terminal/show-table.js';

interface Listed {
  readonly name: string;
  readonly connector: string;
  /** Where it leads; null where its connector is not installed. */
  readonly endpoint: string | null;
  /** Names of the secrets that it refers to. */
  readonly secrets: readonly string[];
}

export default class ConnectionsList extends ProjectCommand {
  static override summary = 'Connections of the project: where each leads, and which secrets it needs';
  static override description = 'Reads etl.yaml only: no connection is opened, no secret is looked for.';
  static override aliases = ['connections'];
  static override examples = [
    { description: 'What the project connects to', command: '<%= config.bin %> connections list' },
    { description: 'As production has it, for a script', command: '<%= config.bin %> connections list --env production --json' },
  ];
  static override exitCodes = [0, 2] as const;
  static override flags = {
    connector: Flags.string({ summary: 'Only those of this connector', helpValue: 'NAME' }),
  };

  async run(): Promise<{ status: 'done'; exitCode: 0; connections: Listed[] }> {
    const { flags } = await this.parse(ConnectionsList);
    const project = await this.openProject(flags);
    const { connectionEndpoint, secretReferences } = await import('../../connections/described-connection.js');
    const setting = { project, registry: await this.registry() };
    const connections: Listed[] = [];
    for (const entry of project.connections.values()) {
      if (flags.connector !== undefined && flags.connector !== entry.connector) continue;
      const isKnown = setting.registry.find(entry.connector) !== undefined;
      const endpoint = isKnown ? (await connectionEndpoint(entry, setting)).text : null;
      const secrets = [...new Set(secretReferences(entry.options, []).map(({ field }) => field))];
      connections.push({ name: entry.name, connector: entry.connector, endpoint, secrets });
    }
    if (!this.jsonEnabled()) this.#render(connections);
    return { status: 'done', exitCode: 0, connections };
  }

  #render(connections: readonly Listed[]): void {
    const { terminal, config } = this;
    if (connections.length === 0) {
      terminal.say(`No connections. Add one: ${terminal.palette.command(`${config.bin} connections add`)}`);
      return;
    }
    showTable(terminal, {
      columns: [{ title: 'connection', weight: 3 }, { title: 'endpoint' }, { title: 'secrets', weight: 2 }],
      rows: connections.map(({ name, connector, endpoint, secrets }) => [
        name,
        endpoint ?? `${connector} (not installed)`,
        secrets.join(', ') || 'none',
      ]),
    });
  }
}
