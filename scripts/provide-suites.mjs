import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProcess } from './run-process.mjs';

const postgresFolder = '/usr/lib/postgresql';
const versions = () => (existsSync(postgresFolder) ? readdirSync(postgresFolder) : []);
const hiddenFolders = () => ['/usr/sbin', '/sbin', '/usr/local/sbin', ...versions().map((version) => join(postgresFolder, version, 'bin'))];

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** This machine, as far as suites ask. Tests pass another one. */
export const thisMachine = {
  isRoot: process.getuid?.() === 0,
  isDebian: existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get'),
  has: (program) =>
    [...(process.env.PATH ?? '').split(delimiter), ...hiddenFolders()].some((folder) => isExecutable(join(folder, program))),
  install: async (packages) => {
    const variables = { DEBIAN_FRONTEND: 'noninteractive' };
    const install = () => runProcess('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { variables });
    const first = await install();
    if (first.code === 0) return first;
    await runProcess('apt-get', ['update'], { variables });
    return install();
  },
};

/**
 * Decides which suites can run here, after installing what is missing where that is allowed. Returns those left out, each with the reason
 * and the command that adds it; `impossible` where no command can.
 */
export async function provideSuites(suites, machine = thisMachine, say = (text) => process.stderr.write(text)) {
  const missingOf = (suite) => suite.needs.filter(({ program }) => !machine.has(program));
  const wanted = suites.filter((suite) => !suite.needs.some(({ root }) => root && !machine.isRoot));
  const packages = [...new Set(wanted.flatMap(missingOf).flatMap((need) => need.packages))];
  if (packages.length > 0 && machine.isRoot && machine.isDebian) {
    say(`Installing ${packages.join(', ')} for tests that need it ... `);
    const { code, output } = await machine.install(packages);
    say(code === 0 ? 'done\n' : `failed\n${output}\n`);
  }
  const leftOut = [];
  for (const suite of suites) leftOut.push(...(await obstacle(suite)));
  return leftOut;

  async function obstacle(suite) {
    const missing = missingOf(suite);
    if (missing.length > 0) {
      const names = [...new Set(missing.flatMap((need) => need.packages))].join(' ');
      return [{ suite, reason: `${missing.map(({ program }) => program).join(', ')} not found`, cure: `sudo apt-get install ${names}` }];
    }
    if (!wanted.includes(suite)) return [{ suite, reason: 'it needs root', cure: 'sudo npm test' }];
    for (const { works, otherwise } of suite.needs)
      if (works !== undefined && !(await works()))
        return [{ suite, reason: otherwise, cure: 'run it on another machine', impossible: true }];
    return [];
  }
}

/** The paths of test files that must not run, as one pattern for Jest. */
export const ignoredPattern = (leftOut) => leftOut.map(({ suite }) => suite.files.source).join('|');
