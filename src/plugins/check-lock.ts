import { EtlError } from '@etl/sdk';
import { builtinDifferences } from './builtin-plugins.js';
import { lockDifferences, readLock, type EtlLock, type InstalledWorld } from './etl-lock.js';
import { lockFile } from './plugin-home.js';

/** Holds what is here against the etl.lock of a project: other connectors could give other rows. Throws CONFIG_INVALID, which names each difference. */
export async function checkLock(project: string, world: InstalledWorld): Promise<void> {
  const lock = await readLock(project);
  if (lock === null) return;
  checkBuiltin(lock, world);
  const differences = await lockDifferences(lock, world.home);
  if (differences.length > 0) throw differs(differences, 'Bring them to what etl.lock says: etl plugins install');
}

/** The connectors that come with etl alone. Throws CONFIG_INVALID. */
export function checkBuiltin({ builtin }: EtlLock, { bundled }: Pick<InstalledWorld, 'bundled'>): void {
  const differences = builtinDifferences(builtin, bundled);
  if (differences.length > 0)
    throw differs(differences, 'Use the etl that the project was locked with, or accept this one: etl plugins update');
}

function differs(differences: readonly string[], hint: string): EtlError {
  const more = differences.length > 4 ? `; and ${differences.length - 4} more` : '';
  return new EtlError('CONFIG_INVALID', `The plugins are not those of etl.lock: ${differences.slice(0, 4).join('; ')}${more}`, {
    hint,
    place: { file: lockFile },
  });
}
