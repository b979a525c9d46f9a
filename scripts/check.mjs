import { join } from 'node:path';
import { root } from './root.mjs';
import { runProcess, secondsSince } from './run-process.mjs';

const script = (path, ...parameters) => [process.execPath, join(root, path), ...parameters];

/** What is checked beside the tests: each is one line of the result. */
export const checks = [
  { name: 'types', command: script('node_modules/typescript/bin/tsc', '-p', 'tsconfig.check.json', '--noEmit') },
  {
    name: 'lint',
    command: script(
      'node_modules/eslint/bin/eslint.js',
      '.',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint',
      '--max-warnings=0',
    ),
  },
  { name: 'format', command: script('node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn') },
  {
    name: 'dependency direction and cycles',
    command: script(
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      'src',
      'packages',
      'plugins',
    ),
  },
  { name: 'names and sizes of files', command: script('scripts/check-files.mjs') },
  { name: 'generated docs are current', command: script('scripts/docs.mjs', '--check') },
  { name: 'package exports', command: script('scripts/check-packages.mjs') },
];

/** Runs every check, two at a time, and says how each went. Returns them with `passed` and `output`. */
export async function runChecks({ say = (text) => process.stderr.write(text) } = {}) {
  const waiting = checks.values();
  const done = [];
  const worker = async () => {
    for (const check of waiting) {
      const started = performance.now();
      const [program, ...parameters] = check.command;
      const { code, output } = await runProcess(program, parameters, { directory: root });
      say(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${secondsSince(started)})\n`);
      done.push({ name: check.name, passed: code === 0, output });
    }
  };
  await Promise.all([worker(), worker()]);
  return done;
}

if (process.argv[1] === import.meta.filename) {
  const results = await runChecks();
  for (const { name, output } of results.filter(({ passed }) => !passed)) process.stdout.write(`\nFAILED ${name}\n${output}\n`);
  process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
}
