// Waits until a moment, tries a job's lock once, and holds it for a while.
import { setTimeout as sleep } from 'node:timers/promises';
import { isEtlError } from '@etl/sdk';
import { lockJob } from '../../../src/state/index.js';

const { etl, job, run, at, hold, wait } = JSON.parse(process.argv[2] ?? '{}') as {
  etl: string;
  job: string;
  run: string;
  at: number;
  hold: number;
  wait: number;
};
await sleep(Math.max(0, at - Date.now()));
try {
  const lock = await lockJob({ etl, job, run, wait });
  process.stdout.write(`${JSON.stringify({ got: run })}\n`);
  await sleep(hold);
  await lock.release();
} catch (error) {
  if (!isEtlError(error)) throw error;
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message, details: error.details })}\n`);
}
