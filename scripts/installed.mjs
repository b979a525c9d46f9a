import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const readLock = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : null);

/**
 * Whether `node_modules` holds what package-lock.json says: every package in its version. npm writes its own record of what it installed
 * last of all, so an interrupted installation is seen too. Packages for other platforms may be absent.
 */
export function isInstalled(directory) {
  const wanted = readLock(join(directory, 'package-lock.json'));
  const present = readLock(join(directory, 'node_modules/.package-lock.json'));
  if (present === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    if (entry.link) return existsSync(join(directory, path));
    return found.version === entry.version && existsSync(join(directory, path, 'package.json'));
  });
}
