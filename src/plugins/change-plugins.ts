import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EtlError, nativeCode } from '@etl/sdk';
import type { PluginSource } from '../registry/index.js';
import { syncFolder, writeDurably } from '../state/durable-file.js';
import { tryLocalLock, waitForLocalLock } from '../state/local-lock.js';
import type { LocalLock } from '../state/lock-attempt.js';
import type { Catalogue } from './catalogue.js';
import { checkPlugins } from './check-plugins.js';
import { currentSet } from './plugin-home.js';
import { readSetFolder, setText, type PluginSet } from './plugin-set.js';

/** All that a change of plugins takes from the world. */
export interface PluginWorld {
  readonly home: string;
  /** Folder of the CLI. */
  readonly root: string;
  readonly catalogue: Catalogue;
  /** The plugins that come with the CLI. */
  readonly bundled: readonly PluginSource[];
  readonly variables: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Called once when another change has to end first. */
  readonly onWait: () => void;
}

/** A set of plugins in the making: nobody uses it yet. */
export interface StagedSet {
  readonly folder: string;
  /** Where tarballs lie that sets refer to. */
  readonly tarballs: string;
  readonly before: PluginSet;
}

/** Milliseconds to wait for another change of the same plugins. */
const patience = 10 * 60_000;

/**
 * Changes the plugins of a home as one step. `change` works on a copy, which is checked and then takes the place of the old set by renaming
 * one small file; until then, and whatever fails or is killed, the old set is what everybody uses. One change at a time. Throws BUSY.
 */
export async function changePlugins(
  world: PluginWorld,
  change: (staged: StagedSet) => Promise<PluginSet>,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<PluginSet> {
  const { home } = world;
  const lock = await lockHome(world);
  const folder = join(home, 'sets', `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`);
  try {
    const old = currentSet(home);
    const before = await readSetFolder(old);
    await removeUnused(home, [old]);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!fresh) await copySet(old, folder);
    const after = await change({ folder, tarballs: join(home, 'tarballs'), before });
    await writeFile(join(folder, 'package.json'), setText(after), { mode: 0o600 });
    await checkPlugins({ bundled: world.bundled, before: { folder: old, set: before }, after: { folder, set: after } });
    world.signal.throwIfAborted();
    await syncFolder(folder);
    await writeDurably(join(home, 'current'), `${basename(folder)}\n`);
    // The old set stays for one more change: a run that is still at it may load a module late.
    await removeUnused(home, [old, folder]);
    return after;
  } catch (error) {
    if (currentSet(home) !== folder) await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await lock.release();
  }
}

async function lockHome({ home, signal, onWait }: PluginWorld): Promise<LocalLock> {
  const folder = join(home, 'lock');
  const answer = { pid: process.pid };
  const first = await tryLocalLock(folder, answer);
  if ('lock' in first) return first.lock;
  onWait();
  const later = await waitForLocalLock(folder, answer, { wait: patience, signal });
  if ('lock' in later) return later.lock;
  throw new EtlError('BUSY', `Another etl has been changing the plugins in ${home} for more than ten minutes`, {
    hint: 'Let it finish or stop it, and start this command again',
  });
}

/** Copies share blocks where the file system can; never files, since npm may write into them. */
async function copySet(from: string, to: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'node_modules']) {
    try {
      await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    } catch (cause) {
      if (nativeCode(cause) !== 'ENOENT') throw cause;
    }
  }
}

/** Removes sets that nobody uses any more, such as those of killed installs, and tarballs that no set refers to. */
async function removeUnused(home: string, kept: readonly string[]): Promise<void> {
  const names = new Set(kept.map((folder) => basename(folder)));
  const sets = await namesIn(join(home, 'sets'));
  for (const name of sets.filter((each) => !names.has(each))) await rm(join(home, 'sets', name), { recursive: true, force: true });
  const texts = await Promise.all(kept.map((folder) => readFile(join(folder, 'package.json'), 'utf8').catch(() => '')));
  const unused = (await namesIn(join(home, 'tarballs'))).filter((file) => !texts.some((text) => text.includes(file)));
  for (const file of unused) await rm(join(home, 'tarballs', file), { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}
