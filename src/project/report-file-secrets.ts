import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isEtlError } from '@etl/sdk';
import { assignsSecret, lineLooksSecret } from './find-literal-secrets.js';
import type { Problems } from './problem.js';
import { readSource } from './source-text.js';

/** Texts that people write; data and fixtures are not read. */
const written = /\.(ya?ml|sql|[cm]?[jt]s|json|md|txt)$/;

/** Reports each line of the project's own files that holds a well-known kind of secret, also in comments and code. What stands there is not shown. */
export async function reportFileSecrets(root: string, jobs: readonly string[], problems: Problems): Promise<void> {
  const paths = ['etl.yaml', '.env'];
  for (const job of jobs)
    for (const entry of await readdir(join(root, 'jobs', job), { withFileTypes: true, recursive: true }))
      if (entry.isFile() && written.test(entry.name))
        paths.push(
          join(entry.parentPath, entry.name)
            .slice(root.length + 1)
            .replaceAll('\\', '/'),
        );
  const known = new Set(problems.list().map(({ place: { file, line } }) => `${file ?? ''}:${line ?? 0}`));
  for (const file of paths.sort()) {
    for (const [index, line] of (await linesOf(root, file)).entries())
      if ((lineLooksSecret(line) || (file === '.env' && assignsSecret(line))) && !known.has(`${file}:${index + 1}`))
        problems.add({
          message: 'This line holds what looks like a secret, and secrets are never in files',
          place: { file, line: index + 1, column: 1 },
          hint: 'Take it out, write { secret: FIELD } in etl.yaml where it is used, and store the value: etl credentials set CONNECTION FIELD',
        });
  }
}

/** A file that cannot be read as text was reported by who needs it, or is not read by anybody. */
async function linesOf(root: string, file: string): Promise<readonly string[]> {
  try {
    return (await readSource(join(root, file), file))?.text.split('\n') ?? [];
  } catch (error) {
    if (isEtlError(error) && error.code === 'CONFIG_INVALID') return [];
    throw error;
  }
}
