import type { EtlError } from '@etl/sdk';
import { codeFrame, type Problem } from '../project/index.js';
import type { Job } from '../project/job.js';

/** An error of a job as a mistake in its files, with the lines where it has a place in job.yaml. */
export function errorProblem(job: Pick<Job, 'file' | 'source'>, { code, message, hint, place }: EtlError): Problem {
  const { file = job.file, line, column = 1 } = place;
  const frame = line === undefined || file !== job.file ? null : codeFrame(job.source, { file, line, column, length: 1 });
  return { code, message, hint: hint ?? null, place: { ...place, file }, frame };
}
