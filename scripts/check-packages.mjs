import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npm } from './npm.mjs';
import { root } from './root.mjs';

/** Every path that an `exports` field leads to. */
const targets = (exports) => (typeof exports === 'string' ? [exports] : Object.values(exports).flatMap(targets));

/** What somebody who installs a package would miss: files that `exports` promises, in the folder and in the packed archive, and an entry that loads. */
async function problemsOf({ directory, manifest, packed }) {
  const promised = targets(manifest.exports ?? {}).map((path) => path.replace('./', ''));
  const problems = promised.flatMap((path) => [
    ...(existsSync(join(root, directory, path)) ? [] : [`${manifest.name}: exports ${path}, which is not built`]),
    ...(packed.includes(path) ? [] : [`${manifest.name}: exports ${path}, which is not packed`]),
  ]);
  problems.push(...packed.filter((path) => /^(src|test)\//.test(path)).map((path) => `${manifest.name}: packs ${path}`));
  const entry = manifest.exports?.['.']?.import;
  if (entry !== undefined && problems.length === 0) {
    const names = Object.keys(await import(pathToFileURL(join(root, directory, entry)).href));
    if (names.length === 0) problems.push(`${manifest.name}: its entry exports nothing`);
  }
  return problems;
}

const { code, output, stdout } = await npm(['pack', '--workspaces', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], {
  directory: root,
});
if (code !== 0) throw new Error(output);
const packs = Object.values(JSON.parse(stdout));
const workspaces = ['packages', 'plugins'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
const problems = [];
for (const directory of workspaces) {
  const manifest = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
  const packed = packs.find(({ name }) => name === manifest.name)?.files.map(({ path }) => path) ?? [];
  problems.push(...(await problemsOf({ directory, manifest, packed })));
}
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.exitCode = problems.length === 0 ? 0 : 1;
