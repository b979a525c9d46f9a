import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nativeCode, type Json } from '@etl/sdk';
import type { Attempt } from './lock-attempt.js';
import { withShortPath } from './short-path.js';
import { listenWithAnswer, probeSocket } from './socket-answer.js';

/*
 * How at most one process holds the lock, whatever is killed or stopped at whatever point:
 * each contender shows a listening socket under a name that nobody uses again (`<name>.sock`, renamed there once it listens), and holds the
 * lock only if, looking after that, no other live socket is there. Of two, the one that showed itself second sees the first. A dead socket is
 * recognised by the kernel's "connection refused" and, since names are never used again, can be removed by anyone at any time.
 * Whoever sees another does not show itself; of contenders that meet, the lowest name stays and the others withdraw.
 * `<name>.held` tells a holder from a contender, and who it is.
 */

/** Milliseconds after which a contender that does not decide (a stopped process) counts as the holder. */
const patience = 5000;

export async function folderLock(folder: string, answer: Json): Promise<Attempt> {
  const deadline = performance.now() + patience;
  for (;;) {
    const seen = decide('', await liveClaims(folder, ''), deadline);
    if (typeof seen === 'object') return { holder: await holderAnswer(folder, seen.by) };
    if (seen === 'mine') {
      const attempt = await contend(folder, answer, deadline);
      if (attempt !== null) return attempt;
    }
    await sleep(2 + Math.random() * 10);
  }
}

/** The answer of the holder, or undefined when nobody holds it. */
export async function askFolderLock(folder: string): Promise<Json | undefined> {
  const holder = (await liveClaims(folder, '')).find(({ held }) => held);
  return holder === undefined ? undefined : holderAnswer(folder, holder.name);
}

interface Claim {
  readonly folder: string;
  readonly name: string;
  readonly server: Server;
}

interface LiveClaim {
  readonly name: string;
  readonly held: boolean;
}

/** Null: withdrawn in favour of another contender. */
async function contend(folder: string, answer: Json, deadline: number): Promise<Attempt | null> {
  const claim = await showClaim(folder, answer);
  if (claim === null) return null;
  const { name } = claim;
  try {
    for (;;) {
      const seen = decide(name, await liveClaims(folder, name), deadline);
      if (seen === 'mine') {
        await markHeld(folder, name, answer);
        return { lock: { release: once(() => withdraw(claim)) } };
      }
      if (seen !== 'wait') {
        await withdraw(claim);
        return seen === 'withdraw' ? null : { holder: await holderAnswer(folder, seen.by) };
      }
      await sleep(1 + Math.random() * 4);
    }
  } catch (error) {
    await withdraw(claim);
    throw error;
  }
}

/** What follows from the other live sockets for a contender, and for one that has not shown itself (whose name is empty). */
function decide(own: string, others: readonly LiveClaim[], deadline: number): 'mine' | 'wait' | 'withdraw' | { readonly by: string } {
  const [first] = others;
  if (first === undefined) return 'mine';
  const holder = others.find(({ held }) => held) ?? (performance.now() > deadline ? first : undefined);
  if (holder !== undefined) return { by: holder.name };
  return others.some(({ name }) => name < own) ? 'withdraw' : 'wait';
}

/** Null when a cleaner took the socket for a left-over before it was shown. */
async function showClaim(folder: string, answer: Json): Promise<Claim | null> {
  const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
  const hidden = `${name}.new`;
  const server = await withShortPath(folder, hidden.length, (short) => listenWithAnswer(join(short, hidden), answer));
  try {
    await rename(join(folder, hidden), join(folder, `${name}.sock`));
    return { folder, name, server };
  } catch (cause) {
    server.close();
    if (nativeCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}

async function markHeld(folder: string, name: string, answer: Json): Promise<void> {
  const path = join(folder, `${name}.held`);
  await writeFile(`${path}.new`, JSON.stringify(answer), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** All others that are alive; what the dead left is removed. */
async function liveClaims(folder: string, own: string): Promise<LiveClaim[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw cause;
  });
  await Promise.all(files.filter((file) => file.endsWith('.new')).map((file) => removeOld(join(folder, file))));
  const names = files.filter((file) => file.endsWith('.sock') && file !== `${own}.sock`).map((file) => file.slice(0, -'.sock'.length));
  const live = await Promise.all(
    names.map(async (name) => ((await isAlive(folder, name)) ? { name, held: await exists(heldPath(folder, name)) } : null)),
  );
  return live.filter((claim) => claim !== null);
}

/** A socket that is not found by its short path but is there (someone cleaned the link away) counts as alive: nothing is concluded from it. */
async function isAlive(folder: string, name: string): Promise<boolean> {
  const file = `${name}.sock`;
  const probed = await withShortPath(folder, file.length, (short) => probeSocket(join(short, file)));
  if (probed === 'dead') await removeClaim(folder, name);
  return probed === 'alive' || (probed === 'gone' && (await exists(join(folder, file))));
}

/** Null: a contender that never decided, so nobody knows who it is. */
async function holderAnswer(folder: string, name: string): Promise<Json> {
  const text = await readFile(heldPath(folder, name), 'utf8').catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return 'null'; // freed since
    throw cause;
  });
  return JSON.parse(text) as Json;
}

async function withdraw({ folder, name, server }: Claim): Promise<void> {
  await removeClaim(folder, name);
  server.close(); // not waited for: the kernel takes the address back in the call, and somebody may still be listening to the answer
}

/** The marker goes last: a socket without it would look like a contender that is still deciding. */
async function removeClaim(folder: string, name: string): Promise<void> {
  await rm(join(folder, `${name}.sock`), { force: true });
  await rm(heldPath(folder, name), { force: true });
}

/** A socket that was never shown counts for nothing; a minute is long enough to show it. */
async function removeOld(path: string): Promise<void> {
  const made = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  if (Date.now() - made > 60_000) await rm(path, { force: true });
}

const heldPath = (folder: string, name: string): string => join(folder, `${name}.held`);

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const once = (action: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
};
