import { Args, Flags } from '@oclif/core';
import type { CatalogColumn } from '../../connections/connection-catalog.js';
import type { SecretOrigin } from '../../credentials/index.js';
import type { Project } from '../../project/index.js';
import { busy } from '../../terminal/busy.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showTable } from '../../terminal/show-table.js';
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

/** What was asked of the source or target itself. */
interface ShownCatalog {
  readonly tables?: readonly string[];
  readonly table?: { readonly name: string; readonly columns: readonly CatalogColumn[] };
}

interface Shown extends ShownCatalog {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly connection: ShownConnection;
}

export default class ConnectionsShow extends ProjectCommand {
  static override summary = 'Options of a connection and where its secrets are found; its tables and their columns';
  static override description =
    'Connects to nothing unless --tables or --columns asks for it; never shows the value of a secret. A secret is looked for in this order: variable ETL_SECRET_<CONNECTION>__<FIELD>, file named by ETL_SECRET_<CONNECTION>__<FIELD>_FILE, then the keychain or the encrypted file (not in CI).';
  static override args = { name: Args.string({ description: 'Name of the connection', required: true }) };
  static override flags = {
    tables: Flags.boolean({ summary: 'The tables or files that are there now', exclusive: ['columns'] }),
    columns: Flags.string({ summary: 'The columns of this table or file, with their types and its key', helpValue: 'TABLE' }),
    edit: Flags.boolean({ summary: 'Open etl.yaml at the connection in your editor (etl config set editor)' }),
  };
  static override examples = [
    { description: 'Where does its password come from?', command: '<%= config.bin %> connections show shop' },
    { description: 'What can be read there?', command: '<%= config.bin %> connections show shop --tables' },
    {
      description: 'The columns of one table, for a program',
      command: '<%= config.bin %> connections show shop --columns orders --json | jq ".table.columns"',
    },
    { description: 'As production has it', command: '<%= config.bin %> connections show shop --env production' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 130] as const;

  async run(): Promise<Shown> {
    const { args, flags } = await this.parse(ConnectionsShow);
    const project = await this.openProject(flags);
    const connection = await this.#describe(project, args.name);
    const catalog = await this.#readCatalog(project, connection.name, flags);
    if (!this.jsonEnabled()) this.#render(connection, catalog);
    const line = project.connections.get(connection.name)?.place.line ?? 1;
    if (flags.edit) await this.edit({ path: `${project.directory}/etl.yaml`, line });
    return { status: 'done', exitCode: 0, connection, ...catalog };
  }

  async #describe(project: Project, wanted: string): Promise<ShownConnection> {
    const { connectionEndpoint, connectionSecrets, maskedOptions, namedConnection } =
      await import('../../connections/described-connection.js');
    const entry = namedConnection(project, wanted);
    const setting = { project, registry: await this.registry() };
    const endpoint = await connectionEndpoint(entry, setting);
    const credentials = await this.credentials();
    const secrets: ShownSecret[] = [];
    for (const { option, request } of await connectionSecrets(entry, setting))
      secrets.push({ option, secret: request.address.field, ...described(await credentials.locate(request)) });
    const { name, connector, options } = entry;
    return { name, connector, endpoint: endpoint.text, options: maskedOptions(options), secrets };
  }

  async #readCatalog(
    project: Project,
    name: string,
    { tables, columns }: { readonly tables: boolean; readonly columns?: string | undefined },
  ): Promise<ShownCatalog> {
    if (!tables && columns === undefined) return {};
    const { connectionColumns, connectionTables } = await import('../../connections/connection-catalog.js');
    const setting = { project, registry: await this.registry(), signal: this.signal };
    return busy(this.terminal, `Asking ${name}`, async () =>
      columns === undefined
        ? { tables: await connectionTables(name, setting) }
        : { table: { name: columns, columns: await connectionColumns(name, columns, setting) } },
    );
  }

  /** What was asked for stands alone, so that a pipe gets nothing else. */
  #render(connection: ShownConnection, { tables, table }: ShownCatalog): void {
    const { terminal } = this;
    if (tables !== undefined) for (const name of tables) terminal.data(visibleText(name));
    if (tables?.length === 0) terminal.say(`${connection.name} has nothing to read yet`);
    if (table !== undefined)
      showTable(terminal, {
        columns: [{ title: 'column', weight: 2 }, { title: 'type', weight: 1 }, { title: 'native' }, { title: 'null' }, { title: 'key' }],
        rows: table.columns.map(({ name, type, native, nullable, key }) => [
          name,
          type,
          native,
          nullable ? 'yes' : 'no',
          key === null ? null : String(key),
        ]),
      });
    if (tables === undefined && table === undefined) this.#renderOptions(connection);
  }

  #renderOptions({ name, endpoint, options, secrets }: ShownConnection): void {
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
