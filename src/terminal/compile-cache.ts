import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** How many files the folder keeps: those of a dozen commands with two plugins each. */
const mostFiles = 36;
/** Milliseconds after which a bundle is kept, if the command has not ended before: the first rows have been through, and V8 has dropped nothing yet. */
const settled = 1000;

interface Loaders {
  readonly extensions: { [ending: string]: ((target: NodeJS.Module, path: string) => unknown) | undefined };
}

/** Where commands keep what was compiled: the folder for caches of this system. */
export function compileCacheFolder(variables: NodeJS.ProcessEnv, { platform = process.platform, home = homedir() } = {}): string {
  const own = { darwin: join(home, 'Library/Caches'), win32: variables['LOCALAPPDATA'] ?? join(home, 'AppData/Local') } as const;
  const base = variables['XDG_CACHE_HOME'] || (platform === 'darwin' || platform === 'win32' ? own[platform] : join(home, '.cache'));
  return join(base, 'etl', 'code');
}

/**
 * Lets later commands begin with what V8 compiled for this one (docs/decisions/0029-compile-cache.md). Node 22 and later can do so themselves; on
 * Node 20 this holds for files named `….bundle.cjs`, which must hold no `import()` and nothing but ASCII. Each command has files of its own, since it compiles other functions.
 * A folder that cannot be read or written is no error: code is compiled as ever. Off where NODE_DISABLE_COMPILE_CACHE is set.
 */
export function keepCompiledCode(folder: string, command: string): void {
  if (process.env['NODE_DISABLE_COMPILE_CACHE']) return;
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache !== undefined) {
    enableCompileCache(folder);
    return;
  }
  // Documented as the way to load files of other kinds, and kept for good, though Node would rather have hooks of ES modules, which have no cached data
  const { extensions } = createRequire(import.meta.url) as Loaders;
  extensions['.bundle.cjs'] = (target, path) => {
    const source = readFileSync(path);
    const file = join(folder, createHash('sha256').update(`${path}\0${command}`).digest('hex').slice(0, 32));
    const cachedData = readKept(file, source);
    const script = new Script(nodeModule.wrap(source.toString('latin1')), { filename: path, ...(cachedData !== null && { cachedData }) });
    if (cachedData === null || script.cachedDataRejected === true) keepSoon(file, { source, script });
    const run: unknown = script.runInThisContext();
    if (typeof run === 'function') Reflect.apply(run, target.exports, [target.exports, createRequire(path), target, path, dirname(path)]);
  };
}

/** What is kept of this very source for this very V8, read only from a file that nobody else may write; else null. */
function readKept(file: string, source: Buffer): Buffer | null {
  const kept = orNull(() => {
    const descriptor = openSync(file, 'r');
    try {
      const { uid, mode } = fstatSync(descriptor);
      const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
      return isOwn ? readFileSync(descriptor) : null;
    } finally {
      closeSync(descriptor);
    }
  });
  const data = kept?.subarray(32) ?? null;
  // A file that was cut or damaged would be executed as it is
  return data !== null && kept?.subarray(0, 32).equals(digestOf(source, data)) === true ? data : null;
}

const digestOf = (source: Buffer, data: Buffer): Buffer =>
  createHash('sha256').update(String(cachedDataVersionTag())).update(source).update(data).digest();

/** Keeps what is compiled once the command runs, or where it ends before. */
function keepSoon(file: string, { source, script }: { source: Buffer; script: Script }): void {
  const keep = (): void => {
    clearTimeout(timer);
    process.off('exit', keep);
    orNull(() => {
      const data = script.createCachedData();
      const draft = `${file}.${process.pid}`;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(draft, Buffer.concat([digestOf(source, data), data]), { mode: 0o600 });
      renameSync(draft, file);
      dropOldest(dirname(file));
    });
  };
  const timer = setTimeout(keep, settled).unref();
  process.on('exit', keep);
}

function dropOldest(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const byAge = files.map((path) => ({ path, written: statSync(path).mtimeMs })).sort((a, b) => b.written - a.written);
  for (const { path } of byAge.slice(mostFiles)) rmSync(path, { force: true });
}

/** Null where the file system refuses: without its cache a command only starts later. */
function orNull<Answer>(attempt: () => Answer): Answer | null {
  try {
    return attempt();
  } catch {
    return null;
  }
}
