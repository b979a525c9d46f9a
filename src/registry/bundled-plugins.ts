import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { PluginSource } from './registry.js';

/** The connector modules that come with the CLI, by plugin. */
export const bundledModules: ReadonlyMap<string, () => Promise<unknown>> = new Map([
  ['@etl/connector-file', () => import('@etl/connector-file')],
  ['@etl/connector-duckdb', () => import('@etl/connector-duckdb')],
]);

/** The plugins that come with the CLI. */
export function bundledPlugins(): PluginSource[] {
  const { resolve } = createRequire(import.meta.url);
  return [...bundledModules.keys()].map((name) => {
    const path = resolve(`${name}/package.json`);
    const pjson: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return { name, root: dirname(path), pjson, specifier: name };
  });
}
