import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { root } from './root.mjs';
import { runProcess } from './run-process.mjs';

/**
 * Compiles every package that changed, removes compiled files whose source is gone, bundles what is started over it, and writes the manifest of
 * commands from which the CLI starts without loading them. Returns whether anything was done, and the compiler's messages where it failed.
 */
export async function build() {
  const packages = ['', ...['packages', 'plugins'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))];
  const removed = packages.map((path) => pruneCompiled(join(root, path))).some(Boolean);
  const before = newestFile(packages);
  const compiled = await runProcess(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--pretty', 'false'], {
    directory: root,
  });
  if (compiled.code !== 0) return { built: true, problems: compiled.output };
  const changed = removed || newestFile(packages) > before;
  const manifest = join(root, 'oclif.manifest.json');
  const stale = changed || !existsSync(manifest) || statSync(manifest).mtimeMs < statSync(join(root, 'package.json')).mtimeMs;
  if (!stale) return { built: false, problems: '' };
  const problems = await bundle().then(() => '', (error) => `The bundle: ${error.message}\n`); // prettier-ignore
  if (problems !== '') return { built: true, problems };
  const written = await runProcess(process.execPath, [join(root, 'scripts/write-manifest.mjs')], {
    directory: root,
    variables: { NODE_ENV: 'production' },
  });
  return { built: true, problems: written.code === 0 ? '' : written.output };
}

const filesIn = (directory) =>
  existsSync(directory) ? readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : [];

const newestFile = (packages) =>
  Math.max(
    0,
    ...packages.flatMap((path) => filesIn(join(root, path, 'dist')).map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs)),
  );

/** A command whose source was deleted must not live on in dist. */
function pruneCompiled(directory) {
  const orphans = filesIn(join(directory, 'dist'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.(js|d\.ts)$/.test(path))
    .filter((path) => !existsSync(path.replace(join(directory, 'dist'), join(directory, 'src')).replace(/(\.d\.ts|\.js)$/, '.ts')));
  for (const path of orphans) rmSync(path);
  if (orphans.length > 0) rmSync(join(directory, 'dist/.tsbuildinfo'), { force: true });
  return orphans.length > 0;
}

if (process.argv[1] === import.meta.filename) {
  const { problems } = await build();
  if (problems !== '') {
    process.stderr.write(problems);
    process.exitCode = 1;
  }
}
