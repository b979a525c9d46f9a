import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { isInstalled } from './installed.mjs';
import { npm } from './npm.mjs';
import { root } from './root.mjs';
import { secondsSince } from './run-process.mjs';

/** Installs and builds what is missing; quick when nothing is. Says what it does, on standard error. Ends the process with 1 where it cannot. */
export async function setUp() {
  const say = (text) => process.stderr.write(text);
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needed = engines.node.replace('>=', '');
  if (compareVersions(process.versions.node, needed) < 0) fail(`Node ${needed} or later is needed; this is ${process.versions.node}.`);
  if (!isInstalled(root)) {
    say('Installing packages (a minute or so) ... ');
    const started = performance.now();
    const { code, output } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { directory: root });
    if (code !== 0) fail(`npm ci failed:\n${output}`);
    say(`done in ${secondsSince(started)}\n`);
  }
  const started = performance.now();
  const { built, problems } = await build();
  if (problems !== '') fail(`The build failed:\n${problems}`);
  if (built) say(`Built in ${secondsSince(started)}\n`);
}

const compareVersions = (left, right) => {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number));
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
};

const fail = (message) => {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
};

if (process.argv[1] === import.meta.filename) await setUp();
