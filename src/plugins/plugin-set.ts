import { join } from 'node:path';
import { z } from 'zod';
import { readJsonDocument } from '../state/json-document.js';
import { currentSet } from './plugin-home.js';

/** Where an installed plugin came from. */
export const pluginSources = ['workspace', 'registry', 'bundle', 'link'] as const;

export const installedPlugin = z.object({
  name: z.string(),
  version: z.string(),
  source: z.enum(pluginSources),
  /** `sha512-…` of the tarball; of a workspace, `sources-sha512-…` of its sorted sources; of a link, empty. */
  integrity: z.string(),
  /** Names of the connectors that it offers. */
  connectors: z.array(z.string()),
  /** Folder of a linked plugin. */
  root: z.string().optional(),
  /** Packages of the workspace that were installed beside it, because it depends on them. */
  support: z.array(z.string()).default([]),
});

export type InstalledPlugin = z.infer<typeof installedPlugin>;

const setDocument = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  etl: z
    .object({
      plugins: z.array(installedPlugin).default([]),
      /** Sources hash of each package of the workspace that lies in the set as a tarball. */
      sources: z.record(z.string(), z.string()).default({}),
      /** Packages whose install scripts may run. */
      scripts: z.array(z.string()).default([]),
      /** Registry of the scope @etl; null: fenced off. */
      registry: z.string().nullable().default(null),
    })
    .prefault({}),
});

export type PluginSet = z.infer<typeof setDocument>['etl'] & { readonly dependencies: Readonly<Record<string, string>> };

const emptySet: PluginSet = { plugins: [], sources: {}, scripts: [], registry: null, dependencies: {} };

/** What is installed in a home. Throws DATA_INVALID where its files are damaged. */
export const readPluginSet = (home: string): Promise<PluginSet> => readSetFolder(currentSet(home));

export async function readSetFolder(folder: string): Promise<PluginSet> {
  const path = join(folder, 'package.json');
  const document = await readJsonDocument(path, {
    what: 'The list of installed plugins',
    schema: setDocument,
    cure: `Remove ${folder} and install the plugins again`,
  });
  return document === null ? emptySet : { ...document.etl, dependencies: document.dependencies };
}

/** The text of the set's package.json: npm's dependencies, oclif's list of plugins, and what etl knows of each. */
export function setText({ dependencies, ...etl }: PluginSet): string {
  const plugins = etl.plugins.map(({ name, source, root, version }) =>
    source === 'link' ? { name, type: 'link', root } : { name, type: 'user', tag: version },
  );
  return `${JSON.stringify({ name: 'etl-plugins', private: true, dependencies, oclif: { schema: 1, plugins }, etl }, null, 2)}\n`;
}
