import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/root.mjs';
import { runProcess } from '../../scripts/run-process.mjs';

const versions = JSON.parse(readFileSync(join(import.meta.dirname, 'versions.json'), 'utf8'));
const cache = join(root, 'node_modules/.cache/bench-peers');

/**
 * Puts the pinned packages of Python that `versions.json` has under a name into an environment of their own, unless they are there.
 * Answers its folder; throws with the last words of what failed.
 */
export async function providePackages(name, { folder = cache, packages = versions[name], run = runProcess } = {}) {
  const environment = join(folder, name);
  const marker = join(environment, 'packages.json');
  const wanted = JSON.stringify(packages);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return environment;
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const step = async (program, ...parameters) => {
    const { code, output } = await run(program, parameters, { directory: folder });
    if (code !== 0) throw new Error(output.trim().split('\n').at(-1));
  };
  await step('python3', '-m', 'venv', environment);
  await step(join(environment, 'bin/python'), '-m', 'pip', 'install', '--quiet', ...packages);
  writeFileSync(marker, wanted);
  return environment;
}
