import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEtl } from './kill-process.js';

/** A folder of plugins that runs of the CLI can be given. */
export interface InstalledPlugins {
  readonly variables: { readonly [name: string]: string };
  remove(): Promise<void>;
}

/** Installs connectors from the clone, as a person would, into a folder of their own. */
export async function installPlugins(...connectors: readonly string[]): Promise<InstalledPlugins> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-plugins-'));
  const variables = { XDG_DATA_HOME: folder, ETL_DATA_DIR: join(folder, 'etl') };
  // npm is set up as for whoever runs the tests
  const { npm_config_userconfig = join(homedir(), '.npmrc'), npm_config_cache = join(homedir(), '.npm'), ...others } = process.env;
  const { code, stderr } = await runEtl(['plugins', 'install', ...connectors], {
    directory: folder,
    variables: {
      ...(others as { [name: string]: string }),
      npm_config_userconfig,
      npm_config_cache,
      NODE_OPTIONS: '',
      HOME: folder,
      ...variables,
    },
  });
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (code === 0) return { variables, remove };
  await remove();
  throw new Error(`${connectors.join(', ')}: not installed: ${stderr}`);
}
