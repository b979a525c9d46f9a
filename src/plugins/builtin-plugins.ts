import { z } from 'zod';
import { loadRegistry, type PluginSource } from '../registry/index.js';

/** Plugins that are a part of etl, as etl.lock has them: nothing installs them apart, so the version says which etl it was. */
export const builtinPlugins = z.record(
  z.string(),
  z.object({ version: z.string(), source: z.literal('etl'), connectors: z.array(z.string()) }),
);

export type BuiltinPlugins = z.infer<typeof builtinPlugins>;

/** What stands in etl.lock for the plugins of this etl. */
export function builtinOf(bundled: readonly PluginSource[]): BuiltinPlugins {
  const entries = bundled.map((source) => {
    const connectors = loadRegistry([source]).list();
    return [source.name, { version: connectors[0]?.version ?? '', source: 'etl' as const, connectors: connectors.map(({ name }) => name) }];
  });
  return Object.fromEntries(entries) as BuiltinPlugins;
}

/** Where this etl brings other connectors than the lock says, as sentences; no installation can change that. */
export const builtinDifferences = (locked: BuiltinPlugins, bundled: readonly PluginSource[]): string[] =>
  Object.entries(builtinOf(bundled))
    .filter(([name, { version }]) => locked[name]?.version !== version)
    .map(([name, { version }]) => `${name} ${version} comes with this etl, etl.lock has ${locked[name]?.version ?? 'none'}`);
