import { readFile } from 'node:fs/promises';
import { failed } from './check-state-folder.js';
import { notice, ok, problem, type Finding } from './finding.js';
import { jobHolder } from './job-lock.js';
import { listManifests } from './list-manifests.js';

/** Each job with an unfinished run: at work, interrupted, or held by a process that is stopped. */
export async function checkUnfinished(etl: string): Promise<Finding[]> {
  const check = 'unfinished runs';
  try {
    const findings: Finding[] = [];
    for (const { job, manifest } of await listManifests(etl)) findings.push(await checkJob(etl, job, manifest.run));
    return findings.length > 0 ? findings : [ok(check, 'none')];
  } catch (error) {
    return [failed(check, error)];
  }
}

async function checkJob(etl: string, job: string, run: string): Promise<Finding> {
  const check = `job ${job}`;
  const holder = await jobHolder(etl, job);
  if (holder === null)
    return notice(
      check,
      `run ${run} is unfinished: it failed or was interrupted`,
      `etl run ${job} continues it, etl run ${job} --restart begins anew`,
    );
  if (holder === 'unknown') return problem(check, `run ${run} is held by a process that does not answer`, 'Continue or end that process');
  if (await isStopped(holder.pid))
    return problem(
      check,
      `process ${holder.pid} of run ${holder.run} is stopped`,
      `kill -CONT ${holder.pid} lets it go on, kill ${holder.pid} ends it`,
    );
  return ok(check, `run ${holder.run} is at work (process ${holder.pid} since ${holder.started})`);
}

/** Whether a process is stopped, as Linux tells it; elsewhere nobody knows. */
async function isStopped(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).startsWith('T');
}
