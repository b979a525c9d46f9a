import { EtlError, nearestName } from '@etl/sdk';
import { isCalled } from './is-called.js';
import type { InstalledPlugin, PluginSet } from './plugin-set.js';

/** The installed plugin that is meant by its name, its name without @etl, or the name of a connector. Throws USAGE. */
export function findInstalled({ plugins }: PluginSet, given: string): InstalledPlugin {
  const found = plugins.find(({ name }) => name === given) ?? plugins.find((plugin) => isCalled(plugin, given));
  if (found !== undefined) return found;
  const names = plugins.map(({ name }) => name);
  const near = nearestName(given, [...names, ...plugins.flatMap(({ connectors }) => connectors)]);
  const hint = near === undefined ? `Installed: ${names.sort().join(', ') || 'none'}` : `Did you mean ${near}?`;
  throw new EtlError('USAGE', `The plugin ${given} is not installed`, { hint });
}
