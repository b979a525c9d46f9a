import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import { root } from './root.mjs';

/** Taken into bundles beside the parts of the clone. The others are loaded as they are: they look for files beside themselves, or are loaded by others too. */
const inlined = new Set(['zod', 'yaml']);

/** Every package whose entries are bundled over what the compiler wrote for them, with its entries relative to `src`. */
const bundles = () => [
  { folder: '', entries: ['terminal/start.ts', 'terminal/help.ts', ...commandFiles()] },
  ...installable().map((name) => ({ folder: join('plugins', name), entries: ['index.ts'] })),
];

const commandFiles = () =>
  readdirSync(join(root, 'src/commands'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(join(root, 'src'), join(entry.parentPath, entry.name)));

/** Plugins that come with the command line are a part of its bundle; the others are installed apart. */
const installable = () => {
  const { dependencies } = manifestOf('');
  return readdirSync(join(root, 'plugins')).filter((name) => dependencies[manifestOf(join('plugins', name)).name] === undefined);
};

const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/**
 * Joins the modules of each package, its own parts of the clone, zod and yaml into few files: a run loads 90 files instead of 500 to 700
 * (docs/decisions/0023-bundles.md). Reads sources only. Throws where a bundle would import what its package does not depend on.
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

async function bundlePackage({ folder, entries }, folders) {
  const own = manifestOf(folder);
  const missing = new Set();
  const sources = {
    name: 'sources',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (path.startsWith('node:') || builtinModules.includes(path)) return { path, external: true };
        const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
        const part = folders.get(name);
        if (part !== undefined) return { path: join(root, part, sourceOf(manifestOf(part), `.${path.slice(name.length)}`)) };
        if (inlined.has(path)) return undefined;
        if (!(name in own.dependencies)) missing.add(name);
        return { path, external: true };
      });
    },
  };
  const dist = join(root, folder, 'dist');
  // Only now: the clone may have had nothing installed before
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: join(root, folder),
    entryPoints: entries.map((entry) => join(root, folder, 'src', entry)),
    outbase: join(root, folder, 'src'),
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Packages in CommonJS ask for parts of Node by `require`
    banner: { js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);" },
    plugins: [sources],
    metafile: true,
    logLevel: 'silent',
  });
  if (missing.size > 0) throw new Error(`${own.name} would import ${[...missing].join(', ')}, which are not among its dependencies`);
  dropOldChunks(dist, Object.keys(metafile.outputs).filter((path) => path.startsWith('dist/chunks/')).map((path) => path.slice('dist/chunks/'.length))); // prettier-ignore
}

/** The source of what a package exports under a name. */
const sourceOf = ({ exports }, entry) => exports[entry].import.replace('./dist/', 'src/').replace(/\.js$/, '.ts');

/** Chunks of the build before stay: a process that was started with it may still load them. */
function dropOldChunks(dist, chunks) {
  const list = join(dist, '.chunks.json');
  const before = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')).chunks : [];
  const kept = new Set([...before, ...chunks]);
  const folder = join(dist, 'chunks');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) if (!kept.has(name)) rmSync(join(folder, name));
  writeFileSync(list, `${JSON.stringify({ chunks }, null, 1)}\n`);
}

if (process.argv[1] === import.meta.filename) await bundle();
