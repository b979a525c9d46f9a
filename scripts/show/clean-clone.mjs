import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.mjs';
import { runProcess } from '../run-process.mjs';

/** Clones this repository, with what was changed here and is not committed yet, and nothing that git ignores. */
export async function cleanClone(shell, folder) {
  await shell.run('git', ['clone', '--quiet', root, folder], { shown: 'git clone … etl', time: 'git clone' });
  const changed = await paths('diff', '--name-only', '-z', 'HEAD');
  const added = await paths('ls-files', '--others', '--exclude-standard', '-z');
  for (const path of [...changed, ...added]) {
    rmSync(join(folder, path), { recursive: true, force: true });
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}

async function paths(...words) {
  const { code, output, stdout } = await runProcess('git', ['-C', root, ...words]);
  if (code !== 0) throw new Error(output);
  return stdout.split('\0').filter((path) => path !== '');
}
