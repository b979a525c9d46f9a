import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative, sep } from 'node:path';
import { licencesOf } from './bundle-licences.mjs';
import { installedPackage } from './installed-package.mjs';
import { replaceFile } from './replace-file.mjs';
import { root } from './root.mjs';

/** Taken into the bundle of the command line beside the parts of the clone: whatever is needed to start and looks for no files beside itself. */
const inlinedByCli = ['@oclif/core', 'chalk', 'cli-table3', 'pino', 'string-width', 'yaml', 'zod'];
/** Into those of plugins: also drivers that look for no files beside themselves. */
const inlinedByPlugins = ['mysql2', 'pg', 'zod'];

/** Every package whose entries are bundled over what the compiler wrote for them, with its entries relative to `src`. */
const bundles = () => [
  { folder: '', name: 'etl', entries: ['terminal/start.ts', 'terminal/help.ts', ...commandFiles()], inlined: inlinedByCli },
  ...installable().map((name) => ({ folder: join('plugins', name), name: 'index', entries: ['index.ts'], inlined: inlinedByPlugins })),
];

const commandFiles = () =>
  readdirSync(join(root, 'src/commands'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(join(root, 'src'), join(entry.parentPath, entry.name)).replaceAll(sep, '/'));

/** Plugins that come with the command line are a part of its bundle; the others are installed apart. */
const installable = () => {
  const { dependencies } = manifestOf('');
  return readdirSync(join(root, 'plugins')).filter((name) => dependencies[manifestOf(join('plugins', name)).name] === undefined);
};

const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/**
 * Joins the modules of each package, its own parts of the clone and what it needs to start into one file, from which V8 can keep what it compiled
 * (docs/decisions/0023-bundles.md, 0029-compile-cache.md). Each entry becomes a line that loads it from there. Reads sources only. Throws
 * where a bundle would import what its package does not depend on.
 */
export async function bundle() {
  const folders = packageFolders();
  for (const each of bundles()) await bundlePackage(each, folders);
}

/** Folder of each package of the clone, by name. */
const packageFolders = () =>
  new Map(
    ['packages', 'plugins'].flatMap((parent) =>
      readdirSync(join(root, parent)).map((name) => [manifestOf(join(parent, name)).name, join(parent, name)]),
    ),
  );

/** What ES modules know of themselves, for a file that is none. */
const banner = `'use strict';
const importMetaUrl = require('node:url').pathToFileURL(__filename).href;
const importFromOutside = require('./import.cjs');`;

async function bundlePackage({ folder, name, entries, inlined }, folders) {
  const own = manifestOf(folder);
  const dist = join(root, folder, 'dist');
  const { plugin, missing } = sources({ own, folders, inlined: new Set(inlined) });
  // Only now: the clone may have had nothing installed before
  const [{ build }, { exportsOf }, { importsFromOutside }] = await Promise.all([
    import('esbuild'),
    import('./exports-of.mjs'),
    import('./imports-from-outside.mjs'),
  ]);
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: entryTable(entries), resolveDir: join(root, folder, 'src'), sourcefile: 'entries.ts', loader: 'ts' },
    outfile: join(dist, `${name}.bundle.cjs`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    banner: { js: banner },
    define: {
      'import.meta.url': 'importMetaUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
    legalComments: 'none',
    plugins: [plugin],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  if (missing.size > 0) throw new Error(`${own.name} would import ${[...missing].join(', ')}, which are not among its dependencies`);
  const text = asciiOnly(importsFromOutside(outputFiles[0].text));
  replaceFile(join(dist, 'import.cjs'), 'module.exports = (name) => import(name);\n');
  replaceFile(join(dist, `${name}.bundle.cjs`), text);
  replaceFile(join(dist, `${name}.licences.txt`), licencesOf(Object.keys(metafile.inputs)));
  for (const entry of entries)
    replaceFile(
      join(dist, entry.replace(/\.ts$/, '.js')),
      loadEntry({ entry, name, exports: exportsOf(readFileSync(join(root, folder, 'src', entry), 'utf8')) }),
    );
}

/** The little that stands in comments and patterns, escaped: V8 holds a text of bytes alone in half the memory. */
const asciiOnly = (text) => text.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Resolves parts of the clone to their sources, leaves the rest to Node unless it is inlined, and collects what the package does not depend on. */
function sources({ own, folders, inlined }) {
  const missing = new Set();
  const setup = ({ onLoad, onResolve }) => {
    // All languages in which zod can word its messages are a quarter of a bundle; ours are worded by ourselves
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" }));
    // It finds out whether it runs at Cloudflare by making a Response, for which Node 20 loads all of its fetch
    onLoad({ filter: /[\\/]pg[\\/]lib[\\/]stream\.js$/ }, ({ path }) => ({
      contents: withReplaced(readFileSync(path, 'utf8'), "typeof Response === 'function'", 'false'),
    }));
    onResolve({ filter: /^[^./#]/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point') return undefined;
      if (path.startsWith('node:') || builtinModules.includes(path)) return { path, external: true };
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      const part = folders.get(name);
      if (part !== undefined) return { path: join(root, part, sourceOf(manifestOf(part), `.${path.slice(name.length)}`)) };
      if (inlined.has(name)) return undefined;
      const within = installedPackage(importer);
      // With a package goes what it depends on; what it only looks for, such as a compiler, stays outside
      if (within !== null) return name in (within.manifest.dependencies ?? {}) ? undefined : { path, external: true };
      if (!(name in own.dependencies)) missing.add(name);
      return { path, external: true };
    });
  };
  return { plugin: { name: 'sources', setup }, missing };
}

/** Throws where the text is not as it was when this was written. */
function withReplaced(text, before, after) {
  if (text.split(before).length !== 2) throw new Error(`A package has changed: it no longer says once ${before}`);
  return text.replace(before, after);
}

/** The source of what a package exports under a name. */
const sourceOf = ({ exports }, entry) => exports[entry].import.replace('./dist/', 'src/').replace(/\.js$/, '.ts');

/** Every entry by its name, made when it is asked for. */
const entryTable = (entries) =>
  `export const entries = {\n${entries.map((entry) => `  ${JSON.stringify(nameOf(entry))}: () => import(${JSON.stringify(`./${entry}`)}),`).join('\n')}\n};\n`;

const nameOf = (entry) => entry.replace(/\.ts$/, '');

/** What stands in place of the compiled entry: the same exports, from the bundle. */
function loadEntry({ entry, name, exports }) {
  const bundle = `${'../'.repeat(entry.split('/').length - 1) || './'}${name}.bundle.cjs`;
  const lines = exports.map((each) => (each === 'default' ? 'export default entry.default;' : `export const ${each} = entry.${each};`));
  return `import { createRequire } from 'node:module';

const { entries } = createRequire(import.meta.url)('${bundle}');
const entry = await entries['${nameOf(entry)}']();
${lines.join('\n')}\n`;
}

if (process.argv[1] === import.meta.filename) await bundle();
