import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What this process holds open: file descriptors by what they point at, and active sockets, servers and the like by kind. */
export function openHandles(): Map<string, number> {
  const handles = new Map<string, number>();
  const add = (name: string): void => void handles.set(name, (handles.get(name) ?? 0) + 1);
  for (const name of descriptors()) add(name);
  for (const name of process.getActiveResourcesInfo()) if (!passing.has(name)) add(`resource ${name}`);
  return handles;
}

/** Come and go by themselves, also those of the test runner. */
const passing = new Set([
  'Timeout',
  'Immediate',
  'FSReqCallback',
  'FSReqPromise',
  'PipeWrap',
  'TTYWrap',
  'TickObject',
  'MessagePort',
  'CloseReq',
]);

/** Empty where the system has no /proc. */
function descriptors(): string[] {
  const names: string[] = [];
  let entries: string[];
  try {
    entries = readdirSync('/proc/self/fd');
  } catch {
    return names;
  }
  for (const entry of entries) {
    try {
      names.push(`descriptor ${kindOf(readlinkSync(`/proc/self/fd/${entry}`))}`);
    } catch {
      // The descriptor of the listing itself is closed by now.
    }
  }
  return names;
}

/** Sockets and pipes carry a number of their own: only how many there are can be compared. */
const kindOf = (target: string): string => target.replace(/:\[\d+\]$/, '').replace(/^\/proc\/\d+\/fd$/, 'listing');

/** Waits up to a second until no more is open than before; throws naming what is left. */
export async function expectNothingOpened(before: ReadonlyMap<string, number>, what: string): Promise<void> {
  let left: string[] = [];
  for (let attempt = 0; attempt < 20; attempt++) {
    left = [...openHandles()].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
    if (left.length === 0) return;
    await sleep(50);
  }
  throw new Error(`${what}: still open: ${left.join(', ')}`);
}
