import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import type { Bundle } from '../../plugins/bundle-document.js';
import { busy } from '../../terminal/busy.js';
import { flagList } from '../../terminal/flag-values.js';
import { globalFlag, PluginCommand, type TargetWorld } from '../../terminal/plugin-command.js';

interface Bundled {
  readonly status: 'done';
  readonly exitCode: 0;
  readonly folder: string;
  readonly plugins: readonly { readonly name: string; readonly version: string; readonly integrity: string }[];
  readonly packages: number;
}

export default class PluginsBundle extends PluginCommand {
  static override summary = 'Write plugins with all that they need into a folder, to install without a network'; // prettier-ignore
  static override description =
    'The folder holds a tarball of each package, for this kind of machine (system and processor), and bundle.json with their integrity. Without names the bundle has what is installed here: in a project, what etl.lock says.';
  static override args = {
    folder: Args.string({ description: 'New folder for the bundle', required: true }),
    names: Args.string({ description: 'Connectors or packages; what is installed unless told', multiple: true }),
  };
  static override flags = {
    trust: Flags.string({ summary: 'Take this package though the catalogue does not know it', helpValue: 'NAME', multiple: true }),
    global: globalFlag,
  };
  static override examples = [
    { description: 'All that is installed', command: '<%= config.bin %> plugins bundle ./bundle' },
    { description: 'Two connectors, whatever is installed here', command: '<%= config.bin %> plugins bundle ./bundle oracle excel' },
  ];
  static override exitCodes = [0, 1, 2, 4, 130] as const;

  async run(): Promise<Bundled> {
    const { args, flags } = await this.parse(PluginsBundle);
    const world = await this.pluginWorld(flags);
    const folder = this.path(args.folder);
    const names = flagList(args.names);
    const bundle = await busy(this.terminal, `Writing ${args.folder}`, () =>
      names.length === 0 ? this.#installed(world, folder) : this.#named(world, { folder, names, trusted: flagList(flags.trust) }),
    );
    const { good, command } = this.terminal.palette;
    for (const { name, version } of bundle.plugins) this.terminal.say(`${good('✔')} ${name} ${version}`);
    this.terminal.say(`${bundle.packages.length} packages. To install them: ${command(`etl plugins install --offline ${args.folder}`)}`);
    const plugins = bundle.plugins.map(({ name, version, integrity }) => ({ name, version, integrity }));
    return { status: 'done', exitCode: 0, folder, plugins, packages: bundle.packages.length };
  }

  async #installed(world: TargetWorld, folder: string): Promise<Bundle> {
    const { bundlePlugins } = await import('../../plugins/bundle-plugins.js');
    const { readPluginSet } = await import('../../plugins/plugin-set.js');
    if ((await readPluginSet(world.home)).plugins.length === 0)
      throw new EtlError('USAGE', 'Nothing is installed that a bundle could hold', { hint: 'Name plugins: etl plugins bundle DIR NAME' });
    return bundlePlugins(world, folder);
  }

  /** They are installed into a home of their own first: what is installed here stays as it is. */
  async #named(world: TargetWorld, given: { folder: string; names: string[]; trusted: string[] }): Promise<Bundle> {
    const { bundlePlugins } = await import('../../plugins/bundle-plugins.js');
    const { installPlugins } = await import('../../plugins/install-plugins.js');
    const { requestedPlugin } = await import('../../plugins/requested-plugin.js');
    const requests = given.names.map((name) => requestedPlugin(name, world.catalogue));
    await this.trust(this.strangers(requests), given.trusted);
    const home = await mkdtemp(join(tmpdir(), 'etl-bundle-'));
    try {
      await installPlugins({ ...world, home }, requests, { allowScripts: [] });
      return await bundlePlugins({ ...world, home }, given.folder);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
}
