import { Flags } from '@oclif/core';
import type { KnownCredential } from '../../credentials/index.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showTable } from '../../terminal/show-table.js';

export default class CredentialsList extends ProjectCommand {
  static override summary = 'Stored secrets by name: where each is kept and what it is bound to; never a value';
  static override description =
    'Opens no keychain. Secrets in variables and mounted files are not stored: etl connections show NAME finds them.';
  static override aliases = ['credentials'];
  static override flags = { all: Flags.boolean({ summary: 'Of every project, also outside of one' }) };
  static override examples = [
    { description: 'Of this project', command: '<%= config.bin %> credentials list' },
    { description: 'All that etl keeps for you', command: '<%= config.bin %> credentials list --all --json' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; credentials: KnownCredential[] }> {
    const { flags } = await this.parse(CredentialsList);
    const project = flags.all ? null : await this.openProject(flags);
    const known = await (await this.credentials()).list();
    const credentials = known.filter(
      (each) => project === null || (each.project === project.id && (flags.env === undefined || each.environment === project.environment)),
    );
    if (!this.jsonEnabled()) this.#render(credentials);
    return { status: 'done', exitCode: 0, credentials };
  }

  #render(credentials: readonly KnownCredential[]): void {
    const { terminal, config } = this;
    if (credentials.length === 0) {
      terminal.say(`No secret is stored. Store one: ${terminal.palette.command(`${config.bin} credentials set CONNECTION FIELD`)}`);
      return;
    }
    showTable(terminal, {
      columns: [
        { title: 'project', weight: 1 },
        { title: 'environment', weight: 1 },
        { title: 'connection', weight: 3 },
        { title: 'field', weight: 3 },
        { title: 'store', weight: 2 },
        { title: 'bound to' },
        { title: 'set', weight: 1 },
      ],
      rows: credentials.map(({ project, environment, connection, field, store, endpoint, updated }) => [
        project, environment, connection, field, store, endpoint, updated.slice(0, 10),
      ]), // prettier-ignore
      empty: '-',
    });
  }
}
