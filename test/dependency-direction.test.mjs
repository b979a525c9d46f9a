import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '../scripts/root.mjs';

const copied = ['src', 'packages', 'plugins', 'package.json', 'tsconfig.base.json', 'tsconfig.check.json', '.dependency-cruiser.cjs'];
const use = (name) => `import { x } from '${name}';\nexport const y = x;\n`;

/** File, what it holds, and the rule that must refuse it. Targets import nothing, so that each seed breaks one rule. */
const seeds = [
  ['src/terminal/seeded-target.ts', 'export const x = 1;\n', null],
  ['src/commands/seeded-target.ts', 'export const x = 1;\n', null],
  ['src/engine/seeded-screen.ts', use('../terminal/seeded-target.js'), 'src-engine'],
  ['src/jobs/seeded-command.ts', use('../commands/seeded-target.js'), 'nothing-imports-commands'],
  ['src/engine/seeded-connector.ts', use('@etl/connector-duckdb'), 'src-engine'],
  ['plugins/file/src/seeded-plugin.ts', use('@etl/connector-duckdb'), 'plugin-alone'],
  ['plugins/file/src/seeded-cli.ts', use('../../../src/terminal/seeded-target.js'), 'plugin-alone'],
  ['packages/files/src/seeded-columnar.ts', use('@etl/columnar'), 'files-know-no-duckdb'],
  ['src/state/seeded-duckdb.ts', use('@duckdb/node-api'), 'one-owner-of-duckdb'],
  ['packages/sdk/src/seeded-undeclared.ts', use('yaml'), 'declared-dependencies'],
  ['src/state/seeded-test-tool.ts', use('fast-check'), 'declared-dependencies'],
  ['src/engine/seeded-missing.ts', use('@etl/no-such-package'), 'resolvable'],
  ['src/state/seeded-there.ts', "import { y } from './seeded-back.js';\nexport const x = (): unknown => y;\n", 'no-cycle'],
  ['src/state/seeded-back.ts', "import { x } from './seeded-there.js';\nexport const y = x;\n", 'no-cycle'],
];

describe('the rules of who imports whom', () => {
  let directory;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'etl-direction-'));
    const filter = (path) => !/\/(dist|node_modules)(\/|$)/.test(path.slice(root.length));
    for (const name of copied) cpSync(join(root, name), join(directory, name), { recursive: true, filter });
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const cruise = async () => {
    const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const parameters = [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'packages', 'plugins'];
    const options = { cwd: directory, maxBuffer: 1 << 28 };
    // The exit code is the number of violations, with which execFile rejects; the report is the same.
    const { stdout } = await promisify(execFile)(process.execPath, parameters, options).catch((error) => error);
    return JSON.parse(stdout);
  };

  it('see every source, and where an import by package name leads', async () => {
    const { modules } = await cruise();
    const sources = modules.map(({ source }) => source);
    expect(sources).toEqual(
      expect.arrayContaining(['packages/sdk/src/index.ts', 'packages/columnar/src/session.ts', 'src/transforms/step.ts']),
    );
    const step = modules.find(({ source }) => source === 'src/transforms/step.ts');
    expect(step.dependencies.map(({ resolved }) => resolved)).toEqual(expect.arrayContaining(['packages/sdk/src/index.ts']));
  });

  it('speak about every folder of src and every package', async () => {
    const { default: config } = await import('../.dependency-cruiser.cjs');
    const named = (prefix) => config.forbidden.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    const folders = (path, prefix) =>
      readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${prefix}${name}`);
    expect(named('src-')).toEqual(expect.arrayContaining(folders('src', 'src-')));
    expect(named('packages-')).toEqual(expect.arrayContaining(folders('packages', 'packages-')));
  });

  it('are each broken by a seeded import', async () => {
    for (const [path, text] of seeds) writeFileSync(join(directory, path), text);
    const { summary } = await cruise();
    const found = summary.violations.filter(({ from }) => from.includes('/seeded-'));
    for (const [path, , rule] of seeds) {
      // A cycle is reported once, from one of its files, with the others beside it.
      const isAbout = ({ from, cycle = [] }) => from === path || cycle.some(({ name }) => name === path);
      const rules = found.filter(isAbout).map((violation) => violation.rule.name);
      expect({ path, rules }).toEqual({ path, rules: rule === null ? [] : expect.arrayContaining([rule]) });
    }
  });
});
