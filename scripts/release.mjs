/**
 * Makes what a release carries: `node scripts/release.mjs DIR` writes a tarball of the command line and of every package into a folder that is
 * new or empty, as a registry takes them; `--json` tells their integrity. Publishes nothing: in the clone each package is private, so that nobody does it by mistake.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from './npm.mjs';
import { root } from './root.mjs';
import { setUp } from './setup.mjs';

/** Only for whoever works in the clone. What the command line is developed with stays: `etl plugins new` takes its versions from there. */
const ownFields = ['private', 'workspaces', 'scripts', 'overrides'];
const ownFiles = /(^|\/)(\.tsbuildinfo|dev\.js)$/;

/** Packs every package into the folder. Returns name, version, integrity and file of each, what others need first. */
async function packRelease(folder) {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  mkdirSync(folder, { recursive: true });
  const sources = [
    ...['packages', 'plugins'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name))),
    root,
  ];
  const staging = mkdtempSync(join(tmpdir(), 'etl-release-'));
  try {
    const stages = sources.map((source, at) => stage(source, join(staging, String(at))));
    const words = ['pack', ...stages, '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
    const { code, output, stdout } = await npm(words, { directory: staging });
    if (code !== 0) throw new Error(output);
    return JSON.parse(stdout).map(({ name, version, filename, integrity }) => ({ name, version, file: join(folder, filename), integrity }));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** A copy of what the package publishes, with the package.json that strangers get. */
function stage(source, target) {
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  mkdirSync(target, { recursive: true });
  for (const path of [...manifest.files, 'README.md', 'LICENSE'])
    if (existsSync(join(source, path)))
      cpSync(join(source, path), join(target, path), { recursive: true, filter: (file) => !ownFiles.test(file) });
  if (!existsSync(join(target, 'LICENSE'))) cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const published = Object.fromEntries(Object.entries(manifest).filter(([name]) => !ownFields.includes(name)));
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  return target;
}

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true });
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('Name a folder for the tarballs: node scripts/release.mjs DIR\n');
  process.exit(2);
}
await setUp();
const packages = await packRelease(resolve(folder));
process.stdout.write(
  values.json
    ? `${JSON.stringify(packages, null, 2)}\n`
    : packages.map(({ name, version, file }) => `${name} ${version}  ${file}\n`).join(''),
);
