import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ScaffoldFile } from './scaffold-file.js';
import { readTemplateFiles } from './template-folder.js';

/** What every project has beside its jobs: ignored files, names of variables, types for scripts in an editor. */
export async function baseFiles(sdk: string = sdkFolder()): Promise<ScaffoldFile[]> {
  return [...(await readTemplateFiles('project')), typesFile(sdk)];
}

const sdkFolder = (): string => dirname(createRequire(import.meta.url).resolve('@etl/sdk/package.json'));

/** Where the editor finds the types of `@etl/sdk`: of this machine, so it lies in .etl, which is not shared. */
function typesFile(sdk: string): ScaffoldFile {
  const entry = join(sdk, 'dist/index.js').replaceAll('\\', '/');
  return { path: '.etl/types/sdk/index.d.ts', content: `export * from ${JSON.stringify(entry)};\n`, replaces: true };
}
