// Takes and frees a lock for ever, and looks each time whether a living process is inside as well; to be killed.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitForLocalLock } from '../../../src/state/index.js';

const { folder, owner, journal } = JSON.parse(process.argv[2] ?? '{}') as { folder: string; owner: string; journal: string };

const exiting = 0x4; // PF_EXITING: the kernel has begun to take the process down, its sockets may be closed

/** Whether a process still runs, as the kernel tells: neither gone, nor a zombie, nor being taken down. */
function lives(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && state !== 'X' && (Number(flags) & exiting) === 0;
  } catch {
    return false;
  }
}

for (;;) {
  const attempt = await waitForLocalLock(folder, { pid: process.pid }, { wait: 500 });
  if (!('lock' in attempt)) continue;
  const before = readFileSync(owner, 'utf8');
  if (before !== '' && before !== String(process.pid) && lives(before))
    appendFileSync(journal, `violation ${process.pid} meets ${before}\n`);
  writeFileSync(owner, String(process.pid));
  await sleep(Math.random() * 8);
  const after = readFileSync(owner, 'utf8');
  if (after !== String(process.pid)) appendFileSync(journal, `violation ${process.pid} was joined by ${after}\n`);
  appendFileSync(journal, 'entered\n');
  writeFileSync(owner, '');
  await attempt.lock.release();
}
