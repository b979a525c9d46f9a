import { posix, relative, sep } from 'node:path';
import type { BindContext } from '../step.js';

/** Names a file as places of the job do: from the project's root, like the job file itself. */
export function projectPath({ directory, place }: Pick<BindContext, 'directory' | 'place'>): (file: string) => string {
  const { file: jobFile } = place;
  if (jobFile === undefined) return (file) => file;
  return (file) => posix.join(posix.dirname(jobFile), relative(directory, file).split(sep).join('/'));
}
