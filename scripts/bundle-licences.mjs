import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installedPackage } from './installed-package.mjs';
import { root } from './root.mjs';

/** The licences of all packages that a bundle took in, as they ask for wherever their code goes. Throws where one has none. */
export function licencesOf(inputs) {
  const packages = new Map();
  for (const input of inputs) {
    const found = installedPackage(resolve(root, input));
    if (found !== null) packages.set(`${found.manifest.name} ${found.manifest.version}`, found);
  }
  return [...packages.keys()]
    .sort()
    .map((name) => `${name}\n\n${licenceOf(packages.get(name))}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The text beside the package, or the name of its licence where it ships none. */
function licenceOf({ folder, manifest }) {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').trim();
  if (typeof manifest.license !== 'string')
    throw new Error(`${manifest.name} says nothing of its licence, so it must not go into a bundle`);
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name;
  return `${manifest.license}${author === undefined ? '' : `, by ${author}`}`;
}
