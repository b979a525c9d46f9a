import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isEtlError, messageOf } from '@etl/sdk';
import { makePrivateFolder, writeDurably } from './durable-file.js';
import { etlPaths } from './etl-folder.js';
import { notice, ok, problem, type Finding } from './finding.js';
import { tryLocalLock } from './local-lock.js';
import { listRuns } from './run-history.js';
import { readStateFile } from './state-store.js';

/** Whether `.etl` can be written, durably and for this user alone. */
export async function checkWritable(etl: string): Promise<Finding> {
  const check = 'state folder';
  const probe = join(etl, `probe-${randomBytes(4).toString('hex')}`);
  try {
    await makePrivateFolder(etl);
    await writeDurably(probe, 'probe');
    const { mode } = await stat(etl);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      return notice(check, `${etl} can be read by other users (mode ${(mode & 0o777).toString(8)})`, `chmod 700 ${etl}`);
    return ok(check, `${etl} can be written`);
  } catch (error) {
    return failed(check, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined); // that the folder cannot be written is what the finding says
  }
}

/** Whether a job's lock keeps a second run out on this file system. */
export async function checkLocks(etl: string): Promise<Finding> {
  const check = 'job lock';
  const folder = join(etlPaths(etl).locks, `probe-${randomBytes(4).toString('hex')}`);
  try {
    const first = await tryLocalLock(folder, { probe: true });
    const second = await tryLocalLock(folder, { probe: true });
    const held = 'lock' in first && 'holder' in second;
    if ('lock' in first) await first.lock.release();
    if ('lock' in second) await second.lock.release();
    if (held) return ok(check, 'keeps a second run of a job out');
    return problem(check, 'a second run of a job is not kept out', 'Keep the project on a local file system');
  } catch (error) {
    return failed(check, error);
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined); // as above
  }
}

const megabyte = 2 ** 20;

/** Free space for spool, rejects and logs. */
export async function checkSpace(folder: string): Promise<Finding> {
  const check = 'disk space';
  try {
    const { bavail, bsize, type } = await statfs(folder);
    const free = bavail * bsize;
    const detail = `${Math.floor(free / megabyte).toLocaleString('en-US')} MiB free at ${folder}`;
    if (type === nfs)
      return notice(
        check,
        `${detail}; it is a network file system`,
        'Run jobs of one project on one machine only, or keep the project on a local disk',
      );
    if (free < 100 * megabyte) return problem(check, detail, 'Free some space; etl clean shows what old runs take up');
    if (free < 1024 * megabyte) return notice(check, detail, 'Large jobs spool to this disk; etl clean shows what old runs take up');
    return ok(check, detail);
  } catch (error) {
    return failed(check, error);
  }
}

/** NFS_SUPER_MAGIC of Linux. */
const nfs = 0x6969;

/** Whether every document of state and history can be read. */
export async function checkDocuments(etl: string): Promise<Finding> {
  const check = 'state and history';
  try {
    const { runs, damaged } = await listRuns(etl);
    const reasons = [...damaged.map(({ reason }) => reason), ...(await damagedStates(etl))];
    const [first] = reasons;
    if (first === undefined) return ok(check, `${runs.length} runs, all readable`);
    return problem(
      check,
      `${first}${reasons.length > 1 ? `, and ${reasons.length - 1} more` : ''}`,
      'Restore the files from a backup, or remove them: a run loses its history, a load its cursors',
    );
  } catch (error) {
    return failed(check, error);
  }
}

async function damagedStates(etl: string): Promise<string[]> {
  const folder = etlPaths(etl).state;
  const names = await readdir(folder).catch(() => []); // not there: nothing has been kept yet
  const reasons: string[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    await readStateFile(join(folder, name), `State`).catch((error: unknown) => reasons.push(messageOf(error)));
  }
  return reasons;
}

/** Whether the clock agrees with the disk and with the runs so far. */
export async function checkClock(etl: string, now: Date): Promise<Finding> {
  const check = 'clock';
  const cure = 'Set the clock of this machine (NTP): run ids, cursors with a lag and retention follow it';
  const probe = join(etl, `probe-${randomBytes(4).toString('hex')}`);
  try {
    await writeDurably(probe, '');
    const apart = (await stat(probe)).mtimeMs - Date.now();
    if (Math.abs(apart) > 60_000) return problem(check, `the disk's clock is ${Math.round(apart / 1000)} s apart from the machine's`, cure);
    const [newest] = (await listRuns(etl, { limit: 1 })).runs;
    if (newest !== undefined && Date.parse(newest.started) > now.getTime() + 60_000)
      return problem(check, `run ${newest.id} began in the future (${newest.started})`, cure);
    return ok(check, now.toISOString());
  } catch (error) {
    return failed(check, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined); // as above
  }
}

/** A check that could not be made, as its finding. */
export const failed = (check: string, error: unknown): Finding =>
  problem(check, messageOf(error), (isEtlError(error) ? error.hint : undefined) ?? 'Run again with --verbose for the technical details');
