import { Args, Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import type { NewPlugin, PluginVersions } from '../../scaffold/new-plugin.js';
import { fileTree } from '../../terminal/file-tree.js';
import { PluginCommand } from '../../terminal/plugin-command.js';

interface Made extends NewPlugin {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly connector: string;
  readonly package: string;
  readonly folder: string;
}

export default class PluginsNew extends PluginCommand {
  static override summary = 'Begin a connector of your own: a package in TypeScript that passes its tests as it is';
  static override description =
    'The package reads and writes tables in a folder, until you put your source in their place; its tests are the contract of every connector. Made by a clone of etl it needs no network.';
  static override args = { name: Args.string({ description: 'Name of the connector, as etl.yaml will say it', required: true }) };
  static override flags = {
    dir: Flags.string({ summary: 'Folder of the package; etl-connector-NAME unless told', helpValue: 'DIR' }),
    package: Flags.string({ summary: 'Name of the package; etl-connector-NAME unless told', helpValue: 'NAME' }),
    force: Flags.boolean({ summary: 'Replace files that are there already' }),
  };
  static override examples = [
    { description: 'A connector called lake, in ./etl-connector-lake', command: '<%= config.bin %> plugins new lake' },
    {
      description: 'With the name of your organisation, then its tests',
      command: '<%= config.bin %> plugins new lake --package @acme/etl-lake --dir lake && cd lake && npm test',
    },
  ];
  static override exitCodes = [0, 1, 2] as const;

  async run(): Promise<Made> {
    const { args, flags } = await this.parse(PluginsNew);
    const { buildablePackages } = await import('../../plugins/buildable-packages.js');
    const { scopeRegistryOf } = await import('../../plugins/scope-registry.js');
    const { newPlugin } = await import('../../scaffold/new-plugin.js');
    const connector = args.name;
    if (!/^[a-z][a-z0-9-]*$/.test(connector))
      throw new EtlError('USAGE', 'The name of a connector has small letters, digits and -', { hint: 'Such as: etl plugins new lake' });
    const packageName = await this.#packageName(flags.package ?? `etl-connector-${connector}`);
    await this.#refuseTaken(connector, packageName);
    const folder = this.path(flags.dir ?? `etl-connector-${connector}`);
    const made = await newPlugin({
      connector,
      packageName,
      directory: folder,
      versions: this.#versions(),
      registry: scopeRegistryOf(this.outside.variables) ?? 'http://127.0.0.1:9/',
      packages: await buildablePackages(this.config.root),
      force: flags.force,
    });
    this.#render(connector, folder, made);
    return { status: 'done', exitCode: 0, connector, package: packageName, folder, ...made };
  }

  async #refuseTaken(name: string, packageName: string): Promise<void> {
    const { readCatalogue } = await import('../../plugins/catalogue.js');
    const catalogue = await readCatalogue({ root: this.config.root, variables: this.outside.variables });
    const taken = catalogue.entries.find(({ connector }) => connector === name)?.package;
    const installed = (await this.registry()).list().find((entry) => entry.name === name)?.plugin;
    const owner = installed ?? taken;
    if (owner === undefined || owner === packageName) return;
    throw new EtlError('USAGE', `There is a connector '${name}' already, of ${owner}; two cannot have one name`, {
      hint: 'Choose another name',
    });
  }

  async #packageName(name: string): Promise<string> {
    const { isPackageName } = await import('../../plugins/package-name.js');
    if (isPackageName(name)) return name;
    throw new EtlError('USAGE', `'${name}' is not a name that npm takes`, { hint: 'Such as --package @acme/etl-lake' });
  }

  #versions(): PluginVersions {
    const { dependencies = {}, devDependencies = {} } = this.config.pjson;
    const version = (name: string): string => {
      const found = dependencies[name] ?? devDependencies[name];
      if (found === undefined) throw new EtlError('INTERNAL', `The package.json of etl does not name ${name}`);
      return found;
    };
    return { sdk: version('@etl/sdk'), zod: version('zod'), typescript: version('typescript'), nodetypes: version('@types/node') };
  }

  #render(connector: string, folder: string, { written, unchanged, linked }: NewPlugin): void {
    const { terminal } = this;
    const { palette } = terminal;
    terminal.say(`${palette.good('✔')} The connector ${palette.bold(connector)} begins in ${folder}\n`);
    terminal.say(fileTree(written, palette));
    if (unchanged.length > 0) terminal.say(palette.faint(`  ${unchanged.length} files were there already and are unchanged`));
    const steps = [
      ...(folder === this.outside.directory ? [] : [`cd '${folder.replaceAll("'", String.raw`'\''`)}'`]),
      ...(linked.length > 0 || unchanged.length > 0 ? [] : ['npm install']),
      'npm test',
      `${this.config.bin} plugins link . --project DIR`,
    ];
    terminal.say(`\nNext:\n${steps.map((step) => `  ${palette.command(step)}`).join('\n')}`);
  }
}
