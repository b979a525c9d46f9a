import { Args } from '@oclif/core';
import { EtlError, suggestion } from '@etl/sdk';
import type { StoreKind } from '../../credentials/index.js';
import { ProjectCommand } from '../../terminal/project-command.js';

interface SetReport {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly connection: string;
  readonly field: string;
  readonly environment: string | null;
  readonly store: StoreKind;
  /** What the secret is bound to. */
  readonly endpoint: string;
}

export default class CredentialsSet extends ProjectCommand {
  static override summary = 'Store a secret of a connection: hidden question, or standard input';
  static override description = `The value is never an argument and never shown. It goes into the keychain of the system, or into the encrypted file (etl config set store file), for this project, environment and connection, and is given out only for the endpoint that the connection has now.`;
  static override args = {
    connection: Args.string({ description: 'Name of the connection', required: true }),
    field: Args.string({
      description: 'Name of the secret, as { secret: NAME } has it; may be left out where the connection has one alone',
    }),
  };
  static override flags = {};
  static override examples = [
    { description: 'Asks, and shows nothing of what is typed', command: '<%= config.bin %> credentials set shop password' },
    {
      description: 'From a password manager, for production',
      command: 'pass show shop/db | <%= config.bin %> credentials set shop password --env production',
    },
  ];
  static override exitCodes = [0, 2, 3, 130] as const;

  async run(): Promise<SetReport> {
    const { args, flags } = await this.parse(CredentialsSet);
    const project = await this.openProject(flags);
    const { connectionSecrets, namedConnection } = await import('../../connections/described-connection.js');
    const entry = namedConnection(project, args.connection);
    const secrets = await connectionSecrets(entry, { project, registry: await this.registry() });
    const names = secrets.map(({ request }) => request.address.field);
    const field = args.field ?? onlySecret(entry.name, names);
    const found = secrets.find(({ request }) => request.address.field === field);
    if (found === undefined) {
      throw new EtlError('USAGE', `Connection ${entry.name} refers to no secret '${field}'`, {
        hint: suggestion(field, names, { what: 'Its secrets' }) ?? `Write ${field}: { secret: ${field} } into etl.yaml first`,
      });
    }
    const credentials = await this.credentials();
    credentials.refuseInCi();
    const value = await this.readSecret(`${field} of ${entry.name}:`, 'a pipe on standard input');
    const { store, endpoint } = await credentials.set(found.request, value);
    const { storeNames } = await import('../../credentials/secret-store.js');
    this.terminal.say(`${this.terminal.palette.good('✔')} ${field} of ${entry.name} is in ${storeNames[store]}, for ${endpoint}`);
    return { status: 'done', exitCode: 0, connection: entry.name, field, environment: project.environment, store, endpoint };
  }
}

/** The secret of a connection that has one alone. Throws USAGE. */
function onlySecret(connection: string, names: readonly string[]): string {
  const [first, ...others] = names;
  if (first !== undefined && others.length === 0) return first;
  throw new EtlError('USAGE', `Connection ${connection} refers to ${first === undefined ? 'no secret' : `${names.length} secrets`}`, {
    hint: first === undefined ? 'Write { secret: NAME } into etl.yaml first' : `Say which: ${names.join(', ')}`,
  });
}
