import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { PluginSource } from './registry.js';

const names = ['@etl/connector-file', '@etl/connector-duckdb'] as const;

/** The plugins that come with the CLI. */
export function bundledPlugins(): PluginSource[] {
  const { resolve } = createRequire(import.meta.url);
  return names.map((name) => {
    const path = resolve(`${name}/package.json`);
    const pjson: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return { name, root: dirname(path), pjson, specifier: name };
  });
}
