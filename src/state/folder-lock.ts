import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nativeCode, type Json } from '@etl/sdk';
import type { Attempt } from './local-lock.js';
import { withShortPath } from './short-path.js';
import { askSocket, listenWithAnswer, type Asked } from './socket-answer.js';

/*
 * How at most one process holds the lock, whatever is killed or stopped at whatever point:
 * each contender shows a listening socket under a name that nobody uses again (`<name>.sock`, renamed there once it listens), and holds the
 * lock only if, looking after that, no other live socket is there. Of two, the one that showed itself second sees the first. A dead socket is
 * recognised by the kernel's "connection refused" and, since names are never used again, can be removed by anyone at any time.
 * Of contenders that meet, the lowest name stays and the others withdraw; `<name>.held` tells them from a holder.
 */

const patience = 3000;

export async function folderLock(folder: string, answer: Json): Promise<Attempt> {
  const deadline = performance.now() + patience;
  for (;;) {
    const claim = await showClaim(folder, answer);
    if (claim === null) continue;
    try {
      const outcome = await settle(claim, deadline);
      if (outcome === 'mine') return { lock: { release: once(() => withdraw(claim)) } };
      await withdraw(claim);
      if (outcome !== 'again') return outcome;
    } catch (error) {
      await withdraw(claim);
      throw error;
    }
    await sleep(2 + Math.random() * 10);
  }
}

/** The answer of the holder, or undefined when nobody holds it. */
export async function askFolderLock(folder: string): Promise<Json | undefined> {
  const holder = (await liveClaims(folder, '')).find(({ held }) => held);
  return holder === undefined ? undefined : holderAnswer(folder, holder);
}

interface Claim {
  readonly folder: string;
  readonly name: string;
  readonly answer: Json;
  readonly server: Server;
}

interface LiveClaim {
  readonly name: string;
  readonly held: boolean;
  readonly asked: Asked & { readonly alive: true };
}

/** Null when a cleaner took the socket for a left-over before it was shown. */
async function showClaim(folder: string, answer: Json): Promise<Claim | null> {
  const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
  const hidden = `${name}.new`;
  const server = await withShortPath(folder, hidden.length, (short) => listenWithAnswer(join(short, hidden), answer));
  try {
    await rename(join(folder, hidden), join(folder, `${name}.sock`));
    return { folder, name, answer, server };
  } catch (cause) {
    await closed(server);
    if (nativeCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}

async function settle(claim: Claim, deadline: number): Promise<'mine' | 'again' | { readonly holder: Json }> {
  const { folder, name, answer } = claim;
  for (;;) {
    const others = await liveClaims(folder, name);
    if (others.length === 0) {
      await writeFile(join(folder, `${name}.held`), JSON.stringify(answer), { mode: 0o600 });
      return 'mine';
    }
    const holder = others.find(({ held }) => held) ?? (performance.now() > deadline ? others[0] : undefined);
    if (holder !== undefined) return { holder: await holderAnswer(folder, holder) };
    if (others.some((other) => other.name < name)) return 'again';
    await sleep(1 + Math.random() * 4);
  }
}

/** All others that are alive; what the dead left is removed. */
async function liveClaims(folder: string, own: string): Promise<LiveClaim[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw cause;
  });
  const live: LiveClaim[] = [];
  for (const file of files) {
    if (file.endsWith('.new')) await removeOld(join(folder, file));
    if (!file.endsWith('.sock')) continue;
    const name = file.slice(0, -'.sock'.length);
    if (name === own) continue;
    const asked = await askClaim(folder, file);
    if (asked.alive) live.push({ name, asked, held: await exists(join(folder, `${name}.held`)) });
    else await removeClaim(folder, name);
  }
  return live;
}

/** A socket that is not found by its short path but is there (someone cleaned the link away) counts as alive: nothing is concluded from it. */
async function askClaim(folder: string, file: string): Promise<Asked> {
  const asked = await withShortPath(folder, file.length, (short) => askSocket(join(short, file)));
  if (asked.alive || !asked.gone || !(await exists(join(folder, file)))) return asked;
  return { alive: true, answer: null };
}

/** The answer of the socket, or of the file beside it when the process is stopped. */
async function holderAnswer(folder: string, { name, asked }: LiveClaim): Promise<Json> {
  if (asked.answer !== null) return asked.answer;
  const text = await readFile(join(folder, `${name}.held`), 'utf8').catch(() => 'null');
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null; // read while it was being written: that it is held is known, by whom is not
  }
}

async function withdraw({ folder, name, server }: Claim): Promise<void> {
  await removeClaim(folder, name);
  await closed(server);
}

/** The marker goes last: a socket without it would look like a contender that is still deciding. */
async function removeClaim(folder: string, name: string): Promise<void> {
  await rm(join(folder, `${name}.sock`), { force: true });
  await rm(join(folder, `${name}.held`), { force: true });
}

/** A socket that was never shown counts for nothing; a minute is long enough to show it. */
async function removeOld(path: string): Promise<void> {
  const made = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  if (Date.now() - made > 60_000) await rm(path, { force: true });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

const once = (action: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
};
