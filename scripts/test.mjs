import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ignoredPattern, provideSuites } from './provide-suites.mjs';
import { root } from './root.mjs';
import { runProcess } from './run-process.mjs';
import { setUp } from './setup.mjs';
import { optionalTests, suites } from './suites.mjs';
import { countTests } from './count-tests.mjs';

await setUp();
const { runChecks } = await import('./check.mjs');
const requireAll = process.env.ETL_REQUIRE_SUITES === 'all';
const leftOut = await provideSuites(suites);
const checks = await runChecks();
const tests = countTests(await runJest(leftOut), { requireAll, optional: optionalTests });

for (const { name, output } of checks.filter(({ passed }) => !passed)) process.stdout.write(`\nFAILED check: ${name}\n${output}\n`);
for (const name of tests.failures) process.stdout.write(`FAILED ${name}\n`);
for (const name of tests.skipped) process.stdout.write(`NOT RUN ${name}\n`);
for (const { suite, reason, cure } of leftOut)
  process.stdout.write(`\nLEFT OUT: suite '${suite.name}' (${suite.holds}): ${reason}.\n          To run it: ${cure}\n`);

const passed = checks.filter((check) => check.passed).length + tests.passed;
const failed =
  checks.length -
  checks.filter((check) => check.passed).length +
  tests.failed +
  (requireAll ? leftOut.filter(({ impossible }) => !impossible).length : 0);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1;

/** Jest's own report of all suites, or null when it ended without one. */
async function runJest(excluded) {
  const folder = mkdtempSync(join(tmpdir(), 'etl-test-'));
  const report = join(folder, 'report.json');
  const ignored = ignoredPattern(excluded);
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), '--ci', '--json', `--outputFile=${report}`];
  if (ignored !== '') jest.push('--testPathIgnorePatterns', '/node_modules/', '/dist/', ignored);
  try {
    // --json also prints the report on standard output, which is dropped; what people read comes on standard error.
    const { code, output } = await runProcess(
      'sh',
      ['-c', '"$0" "$@" 2>&1 >/dev/null', process.execPath, '--experimental-vm-modules', '--no-warnings', ...jest],
      {
        directory: root,
        show: true,
      },
    );
    if (existsSync(report)) return JSON.parse(readFileSync(report, 'utf8'));
    process.stdout.write(`Jest ended with code ${code} and no report. ${output}\n`);
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
