import { Args } from '@oclif/core';
import { EtlError, suggestion } from '@etl/sdk';
import type { KnownCredential } from '../../credentials/index.js';
import { ConfirmingCommand, yesFlag } from '../../terminal/confirming-command.js';

export default class CredentialsDelete extends ConfirmingCommand {
  static override summary = 'Remove stored secrets of a connection, one or all of them; asks first';
  static override description = 'Also of a connection that etl.yaml no longer has. Without --env those of every environment.';
  static override args = {
    connection: Args.string({ description: 'Name of the connection', required: true }),
    field: Args.string({ description: 'Name of the secret; all unless told' }),
  };
  static override flags = { yes: yesFlag };
  static override examples = [
    { description: 'One secret; asks first', command: '<%= config.bin %> credentials delete shop password' },
    { description: 'All of a connection, in a script', command: '<%= config.bin %> credentials delete shop --yes --json' },
  ];
  static override exitCodes = [0, 2, 3] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; deleted: KnownCredential[] }> {
    const { args, flags } = await this.parse(CredentialsDelete);
    const project = await this.openProject(flags);
    const credentials = await this.credentials();
    const own = (await credentials.list()).filter((each) => each.project === project.id);
    const meant = own.filter(
      ({ connection, field, environment }) =>
        connection === args.connection &&
        (args.field === undefined || field === args.field) &&
        (flags.env === undefined || environment === project.environment),
    );
    if (meant.length === 0)
      throw new EtlError('USAGE', 'No such secret is stored', {
        hint:
          suggestion(args.connection, new Set(own.map(({ connection }) => connection)), { what: 'Connections with secrets' }) ??
          'etl credentials list shows what is',
      });
    const names = meant.map(
      ({ connection, field, environment }) => `${field} of ${connection}${environment === null ? '' : ` (${environment})`}`,
    );
    if (!(await this.sure(flags.yes, `Remove ${names.join(', ')}?`))) return { status: 'done', exitCode: 0, deleted: [] };
    for (const address of meant) await credentials.delete(address);
    this.terminal.say(`${this.terminal.palette.good('✔')} Removed: ${names.join(', ')}`);
    return { status: 'done', exitCode: 0, deleted: meant };
  }
}
