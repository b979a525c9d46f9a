import { Args, Flags } from '@oclif/core';
import type { Connector } from '@etl/sdk';
import type { ConnectorDescription } from '../../plugins/described-connector.js';
import { describeOptions, type OptionDescription } from '../../terminal/describe-options.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showTable } from '../../terminal/show-table.js';

interface Shown {
  readonly name: string;
  readonly summary: string;
  readonly plugin: string;
  /** Null: it is not installed, and what is shown stands in the catalogue. */
  readonly version: string | null;
  /** What installs it; null where it is installed. */
  readonly command: string | null;
  readonly connection: readonly OptionDescription[];
  readonly extract: readonly OptionDescription[] | null;
  /** It can be read for each row of another dataset. */
  readonly each: boolean;
  readonly load: { readonly modes: readonly string[]; readonly options: readonly OptionDescription[] } | null;
  /** Options of a load that is only statements; null: it runs none. */
  readonly statements: readonly OptionDescription[] | null;
}

export default class ConnectorsShow extends ProjectCommand {
  static override summary = 'One connector: the options of its connection, of an extract and of a load';
  static override description = 'Also of a connector that is not installed, where the catalogue knows its options.';
  static override args = { name: Args.string({ description: 'Name of the connector', required: true }) };
  static override flags = {
    schema: Flags.boolean({ summary: 'Its options as JSON Schema: what a catalogue keeps of a connector (options)' }),
  };
  static override examples = [
    { description: 'What a file source and target can be told', command: '<%= config.bin %> connectors show file' },
    { description: 'The same for a program', command: '<%= config.bin %> connectors show duckdb --json' },
    { description: "For your organisation's catalogue", command: '<%= config.bin %> connectors show lake --schema > catalogue/lake.json' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; connector: Shown } | ConnectorDescription> {
    const { args, flags } = await this.parse(ConnectorsShow);
    const registry = await this.registryForChecks();
    const found = await registry.get(args.name);
    if (flags.schema) return this.#schema(found);
    const { connection, extractor, loader, statements, name, summary } = found;
    const { plugin, version } = registry.find(name) ?? { plugin: (await this.catalogue()).find(name)?.package ?? '', version: null };
    const connector: Shown = {
      name, summary, plugin, version,
      command: version === null ? `${this.config.bin} plugins install ${name}` : null,
      connection: describeOptions(connection),
      extract: extractor === undefined ? null : describeOptions(extractor.options),
      each: extractor?.each === true,
      load: loader === undefined ? null : { modes: loader.modes, options: describeOptions(loader.options) },
      statements: statements === undefined ? null : describeOptions(statements.options),
    }; // prettier-ignore
    if (!this.jsonEnabled()) this.#render(connector);
    return { status: 'done', exitCode: 0, connector };
  }

  async #schema(connector: Connector): Promise<ConnectorDescription> {
    const { describeConnector } = await import('../../plugins/described-connector.js');
    const description = describeConnector(connector);
    if (!this.jsonEnabled()) this.terminal.data(JSON.stringify(description, null, 2));
    return description;
  }

  #render({ name, summary, plugin, version, command, connection, extract, each, load, statements }: Shown): void {
    const { terminal } = this;
    const { bold, faint } = terminal.dataPalette;
    terminal.data(`${bold(name)}: ${summary} ${faint(`(${plugin}${version === null ? ', not installed' : ` ${version}`})`)}`);
    this.#options('Connection, in etl.yaml', connection);
    if (extract !== null) this.#options(`Extract, in job.yaml${each ? ' (with each: for each row of another dataset)' : ''}`, extract);
    if (load !== null) this.#options(`Load, in job.yaml (mode: ${load.modes.join(', ')})`, load.options);
    if (statements !== null) this.#options('Load that is only statements, in job.yaml', statements);
    if (command !== null) terminal.say(`\nIt is not installed: ${terminal.palette.command(command)}`);
  }

  #options(title: string, options: readonly OptionDescription[]): void {
    this.terminal.data(`\n${this.terminal.dataPalette.bold(title)}`);
    if (options.length === 0) this.terminal.data('no options');
    else
      showTable(this.terminal, {
        columns: [{ title: 'option', weight: 3 }, { title: 'type', weight: 1 }, { title: 'needed', weight: 2 }, { title: 'default', weight: 2 }, { title: 'about' }],
        rows: options.map(({ name, type, required, default: usual, description }) => [name, type, required ? 'yes' : 'no', usual ?? '', description]),
      }); // prettier-ignore
  }
}
