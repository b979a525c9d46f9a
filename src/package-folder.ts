import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package, whether its sources run, what the compiler made of them, or the bundle of that. */
export const packageFolder: string = above(import.meta.dirname);

function above(folder: string): string {
  if (existsSync(join(folder, 'bin/run.js'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('the package of etl is not whole: it lacks bin/run.js');
  return above(parent);
}
