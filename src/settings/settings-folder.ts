import { homedir } from 'node:os';
import { join } from 'node:path';

/** The person's folder for settings and the names of stored secrets: `ETL_CONFIG_DIR`, else `etl` where the system keeps such things. */
export function settingsFolder(variables: NodeJS.ProcessEnv): string {
  const { ETL_CONFIG_DIR, XDG_CONFIG_HOME, LOCALAPPDATA, HOME } = variables;
  if (isGiven(ETL_CONFIG_DIR)) return ETL_CONFIG_DIR;
  const local = process.platform === 'win32' ? LOCALAPPDATA : undefined;
  return join([XDG_CONFIG_HOME, local].find(isGiven) ?? join(isGiven(HOME) ? HOME : homedir(), '.config'), 'etl');
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';
