import { Args } from '@oclif/core';
import { describeOptions, type OptionDescription } from '../../terminal/describe-options.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showTable } from '../../terminal/show-table.js';

interface Shown {
  readonly name: string;
  readonly summary: string;
  readonly plugin: string;
  readonly version: string;
  readonly connection: readonly OptionDescription[];
  readonly extract: readonly OptionDescription[] | null;
  readonly load: { readonly modes: readonly string[]; readonly options: readonly OptionDescription[] } | null;
}

export default class ConnectorsShow extends ProjectCommand {
  static override summary = 'One connector: the options of its connection, of an extract and of a load';
  static override args = { name: Args.string({ description: 'Name of the connector', required: true }) };
  static override examples = [
    { description: 'What a file source and target can be told', command: '<%= config.bin %> connectors show file' },
    { description: 'The same for a program', command: '<%= config.bin %> connectors show duckdb --json' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; connector: Shown }> {
    const { args } = await this.parse(ConnectorsShow);
    const registry = await this.registry();
    const { connection, extractor, loader, name, summary } = await registry.get(args.name);
    const { plugin = '', version = '' } = registry.find(name) ?? {};
    const connector: Shown = {
      name, summary, plugin, version,
      connection: describeOptions(connection),
      extract: extractor === undefined ? null : describeOptions(extractor.options),
      load: loader === undefined ? null : { modes: loader.modes, options: describeOptions(loader.options) },
    }; // prettier-ignore
    if (!this.jsonEnabled()) this.#render(connector);
    return { status: 'done', exitCode: 0, connector };
  }

  #render({ name, summary, plugin, version, connection, extract, load }: Shown): void {
    const { terminal } = this;
    const { bold, faint } = terminal.dataPalette;
    terminal.data(`${bold(name)}: ${summary} ${faint(`(${plugin} ${version})`)}`);
    this.#options('Connection, in etl.yaml', connection);
    if (extract !== null) this.#options('Extract, in job.yaml', extract);
    if (load !== null) this.#options(`Load, in job.yaml (mode: ${load.modes.join(', ')})`, load.options);
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
