import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EtlError } from '@etl/sdk';

/** The folder with etl.yaml, here or above. Throws CONFIG_INVALID. */
export function findProject(directory: string): string {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, 'etl.yaml'))) return at;
    if (dirname(at) === at) break;
  }
  throw new EtlError('CONFIG_INVALID', `There is no etl.yaml in ${resolve(directory)} or above it`, {
    hint: 'Go to the folder of a project, give --project DIR, or begin one with: etl init',
  });
}
