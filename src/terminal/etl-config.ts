import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { currentSet, pluginHome, projectArgument } from '../plugins/plugin-home.js';
import type { Outside } from './outside.js';

/** oclif's configuration, reading the plugins of the project that is meant: those of its etl.lock, else the person's own. */
class EtlConfig extends Config {
  constructor(
    root: string,
    private readonly dataFolder: string,
  ) {
    super({ root });
  }

  override scopedEnvVar(name: string): string | undefined {
    return name === 'DATA_DIR' ? this.dataFolder : super.scopedEnvVar(name);
  }
}

/** `root` is the URL of a file of the package. */
export async function loadConfig(root: string, argv: readonly string[], { directory, variables }: Outside): Promise<Config> {
  const { folder } = pluginHome({ directory, variables, project: projectArgument(argv, variables) });
  const config = new EtlConfig(fileURLToPath(root), currentSet(folder));
  await config.load();
  return config;
}
