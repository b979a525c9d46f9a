import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** The installed package that a file belongs to, with its folder and manifest; null for a file of the clone. */
export function installedPackage(file) {
  if (!file.includes(`${sep}node_modules${sep}`)) return null;
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    // Some packages have a package.json without a name in their folder for ES modules
    const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    if (manifest.name !== undefined) return { folder, manifest };
  }
  return null;
}
