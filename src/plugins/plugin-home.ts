import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The file beside etl.yaml that says exactly which plugins a project uses. */
export const lockFile = 'etl.lock';

/** Where the plugins lie that a command uses. */
export interface PluginHome {
  readonly folder: string;
  /** The project whose own plugins they are; null: the person's. */
  readonly project: string | null;
}

export interface HomeRequest {
  /** Where the person stands. */
  readonly directory: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Value of `--project`. */
  readonly project?: string | undefined;
}

/** `ETL_DATA_DIR` where it is given, else the project's own folder where it has an etl.lock, else the person's. */
export function pluginHome(request: HomeRequest): PluginHome {
  const project = projectOf(request);
  const locked = project !== null && existsSync(join(project, lockFile));
  if (isGiven(request.variables['ETL_DATA_DIR'])) return { folder: request.variables['ETL_DATA_DIR'], project: locked ? project : null };
  return locked ? { folder: projectHome(project), project } : { folder: personalHome(request.variables), project: null };
}

/** The project that is meant, or null outside of one: never throws, for it is asked before any command runs. */
export function projectOf({ directory, project }: Pick<HomeRequest, 'directory' | 'project'>): string | null {
  if (isGiven(project)) return existsSync(join(resolve(directory, project), 'etl.yaml')) ? resolve(directory, project) : null;
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, 'etl.yaml'))) return at;
    if (dirname(at) === at) return null;
  }
}

export const projectHome = (project: string): string => join(project, '.etl', 'plugins');

/** As oclif finds its data folder. */
export function personalHome({ ETL_DATA_DIR, XDG_DATA_HOME, LOCALAPPDATA, HOME }: NodeJS.ProcessEnv): string {
  if (isGiven(ETL_DATA_DIR)) return ETL_DATA_DIR;
  const local = process.platform === 'win32' ? LOCALAPPDATA : undefined;
  return join([XDG_DATA_HOME, local].find(isGiven) ?? join(isGiven(HOME) ? HOME : homedir(), '.local/share'), 'etl');
}

/** The folder of the set in use: oclif reads its package.json. A home where nothing was ever installed is its own, empty set. */
export function currentSet(home: string): string {
  try {
    const name = readFileSync(join(home, 'current'), 'utf8').trim();
    return /^[\w-]+$/.test(name) ? join(home, 'sets', name) : home;
  } catch {
    // Nothing was installed yet, or the file is unreadable: then no plugin is there, and a job that needs one says so
    return home;
  }
}

/** `--project` as it stands in the arguments, before anything parses them. */
export function projectArgument(argv: readonly string[], variables: NodeJS.ProcessEnv): string | undefined {
  const end = argv.indexOf('--');
  const given = end < 0 ? argv : argv.slice(0, end);
  const at = given.indexOf('--project');
  const joined = given.find((word) => word.startsWith('--project='))?.slice('--project='.length);
  return joined ?? (at < 0 ? variables['ETL_PROJECT'] : given[at + 1]);
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';
