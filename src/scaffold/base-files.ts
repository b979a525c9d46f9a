import { fileURLToPath } from 'node:url';
import type { ScaffoldFile } from './scaffold-file.js';
import { readTemplateFiles } from './template-folder.js';

/** What every project has beside its jobs: ignored files, names of variables, types for scripts in an editor. */
export async function baseFiles(resolve: (name: string) => string = (name) => import.meta.resolve(name)): Promise<ScaffoldFile[]> {
  return [...(await readTemplateFiles('project')), typesFile(resolve)];
}

/** Where the editor finds the types of `@etl/sdk`: of this machine, so it lies in .etl, which is not shared. */
function typesFile(resolve: (name: string) => string): ScaffoldFile {
  const entry = fileURLToPath(resolve('@etl/sdk')).replaceAll('\\', '/');
  return { path: '.etl/types/sdk/index.d.ts', content: `export * from ${JSON.stringify(entry)};\n`, replaces: true };
}
