import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EtlError, messageOf, type Schema } from '@etl/sdk';
import type { BuildFailure, Message, Plugin } from 'esbuild';
import { packageFolder } from '../../package-folder.js';

/** A script with all that it imports, as one file that a worker can run. */
export interface BuiltScript {
  readonly path: string;
  /** Changes with the script, its imports and the columns that it gets. */
  readonly hash: string;
}

/** Bundles a script for the columns of its input into the cache. Throws CONFIG_INVALID with file, line and column of what esbuild refuses. */
export async function buildScript(
  script: string,
  { input, cache, directory, nameFile }: { input: Schema; cache: string; directory: string; nameFile: (file: string) => string },
): Promise<BuiltScript> {
  const { build } = await import('esbuild');
  const result = await build({
    stdin: { contents: entry(script, input), resolveDir: directory, sourcefile: 'etl-script-entry.js', loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    outfile: join(cache, 'script.mjs'),
    logLevel: 'silent',
    absWorkingDir: directory,
    // Packages written for CommonJS may require what Node brings
    banner: { js: `import { createRequire as _etlRequire } from 'node:module'; const require = _etlRequire(${JSON.stringify(script)});` },
    plugins: [sdkPlugin],
  }).catch((cause: unknown) => {
    throw buildError(cause, { script, directory, nameFile });
  });
  const contents = result.outputFiles[0]?.contents ?? new Uint8Array();
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 32);
  const path = join(cache, `script-${hash}.mjs`);
  if (!existsSync(path)) {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}.${Date.now()}`;
    await writeFile(draft, contents, { mode: 0o600 });
    await rename(draft, path);
  }
  return { path, hash };
}

/** Starts the script; the row maker is written out for the columns, so that all rows have one shape. */
function entry(script: string, { fields }: Schema): string {
  const columns = fields.map(({ name }, at) => `[${JSON.stringify(name)}]: v[${at}]`).join(', ');
  return [
    `import { serve } from ${JSON.stringify(runtimePath())};`,
    `import * as script from ${JSON.stringify(script)};`,
    `serve(script, (v) => ({ ${columns} }));`,
  ].join('\n');
}

/** The CLI runs from its TypeScript sources, as in tests. */
const isSource = import.meta.filename.endsWith('.ts');

const runtimePath = (): string => join(packageFolder, isSource ? 'src/transforms/script/runtime.ts' : 'dist/transforms/script/runtime.js');

/** `@etl/sdk` is the CLI's own copy, of which only what is used is bundled. */
const sdkPlugin: Plugin = {
  name: 'etl-sdk',
  setup(build) {
    const folder = dirname(createRequire(import.meta.url).resolve('@etl/sdk/package.json'));
    const path = isSource ? join(folder, 'src', 'index.ts') : join(folder, 'dist', 'index.js');
    build.onResolve({ filter: /^@etl\/sdk$/ }, () => ({ path, sideEffects: false }));
    build.onResolve({ filter: /^\.\.?\// }, async ({ path: wanted, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === 'etl-sdk' || dirname(importer) !== dirname(path)) return undefined;
      const found = await build.resolve(wanted, { kind, importer, resolveDir, pluginData: 'etl-sdk' });
      return { ...found, sideEffects: false };
    });
  },
};

function buildError(
  cause: unknown,
  { script, directory, nameFile }: { script: string; directory: string; nameFile: (file: string) => string },
): EtlError {
  const [first, ...more] = isBuildFailure(cause) ? cause.errors : [];
  if (first === undefined)
    return new EtlError('CONFIG_INVALID', `The script ${nameFile(script)} cannot be built: ${messageOf(cause)}`, { cause });
  const count = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return new EtlError('CONFIG_INVALID', `${lowerFirst(first.text)}${count}`, {
    place: placeOf(first, (file) => nameFile(join(directory, file))),
    hint: hintOf(first),
    cause,
  });
}

const isBuildFailure = (cause: unknown): cause is BuildFailure =>
  cause instanceof Error && 'errors' in cause && Array.isArray(cause.errors);

function placeOf({ location }: Message, nameFile: (file: string) => string): { file?: string; line?: number; column?: number } {
  if (location === null) return {};
  return { file: nameFile(location.file), line: location.line, column: location.column + 1 };
}

const hintOf = ({ text, location }: Message): string =>
  text.startsWith('Could not resolve')
    ? 'Install the package in the project, or correct the path'
    : `Look at ${location?.lineText.trim() ?? 'the script'}`;

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
