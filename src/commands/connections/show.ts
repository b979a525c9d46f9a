import { Args, Flags } from '@oclif/core';
import type { SecretOrigin } from '../../credentials/index.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { visibleText } from '../../terminal/visible-text.js';

interface ShownSecret {
  readonly option: string;
  readonly secret: string;
  readonly found: SecretOrigin['kind'];
  /** Name of the variable, path of the file, or the store; null where it was not found. */
  readonly source: string | null;
  /** Why it was not found. */
  readonly reason: string | null;
  readonly hint: string | null;
}

interface ShownConnection {
  readonly name: string;
  readonly connector: string;
  readonly endpoint: string;
  /** As etl.yaml has them, variables filled in; a secret is `***`. */
  readonly options: { readonly [name: string]: unknown };
  readonly secrets: readonly ShownSecret[];
}

export default class ConnectionsShow extends ProjectCommand {
  static override summary = 'Options of a connection, and where each of its secrets is found; never a value';
  static override description =
    'A secret is looked for in this order: variable ETL_SECRET_<CONNECTION>__<FIELD>, file named by ETL_SECRET_<CONNECTION>__<FIELD>_FILE, then the keychain or the encrypted file (not in CI).';
  static override args = { name: Args.string({ description: 'Name of the connection', required: true }) };
  static override flags = {
    edit: Flags.boolean({ summary: 'Open etl.yaml at the connection in your editor (etl config set editor)' }),
  };
  static override examples = [
    { description: 'Where does its password come from?', command: '<%= config.bin %> connections show shop' },
    { description: 'As production has it', command: '<%= config.bin %> connections show shop --env production' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; connection: ShownConnection }> {
    const { args, flags } = await this.parse(ConnectionsShow);
    const project = await this.openProject(flags);
    const { connectionEndpoint, connectionSecrets, maskedOptions, namedConnection } =
      await import('../../connections/described-connection.js');
    const entry = namedConnection(project, args.name);
    const setting = { project, registry: await this.registry() };
    const endpoint = await connectionEndpoint(entry, setting);
    const credentials = await this.credentials();
    const secrets: ShownSecret[] = [];
    for (const { option, request } of await connectionSecrets(entry, setting))
      secrets.push({ option, secret: request.address.field, ...described(await credentials.locate(request)) });
    const { name, connector, options, place } = entry;
    const connection = { name, connector, endpoint: endpoint.text, options: maskedOptions(options), secrets };
    if (!this.jsonEnabled()) this.#render(connection);
    if (flags.edit) await this.edit({ path: `${project.directory}/etl.yaml`, line: place.line ?? 1 });
    return { status: 'done', exitCode: 0, connection };
  }

  #render({ name, endpoint, options, secrets }: ShownConnection): void {
    const { terminal } = this;
    const { bold, faint, good, bad } = terminal.dataPalette;
    terminal.data(`${bold(name)}  ${faint(visibleText(endpoint))}`);
    for (const [option, value] of Object.entries(options))
      terminal.data(`  ${option}: ${visibleText(typeof value === 'string' ? value : JSON.stringify(value))}`);
    for (const { option, found, source, reason, hint } of secrets) {
      terminal.data(
        source === null
          ? `  ${bad('✖')} ${option}: ${visibleText(reason ?? '')}`
          : `  ${good('✔')} ${option}: found in ${kinds[found]}${visibleText(source)}`,
      );
      if (hint !== null) terminal.data(`    ${faint(`next: ${visibleText(hint)}`)}`);
    }
  }
}

const kinds: { readonly [kind in SecretOrigin['kind']]: string } = {
  variable: 'the variable ',
  file: 'the file ',
  keychain: '',
  'encrypted-file': '',
  missing: '',
  unusable: '',
};

const described = (origin: SecretOrigin): Omit<ShownSecret, 'option' | 'secret'> =>
  origin.kind === 'missing' || origin.kind === 'unusable'
    ? { found: origin.kind, source: null, reason: origin.error.message, hint: origin.error.hint ?? null }
    : { found: origin.kind, source: origin.name, reason: null, hint: null };
