import { describe, expect, it } from '@jest/globals';
import { ignoredPattern, provideSuites } from '../../scripts/provide-suites.mjs';
import { suites } from '../../scripts/suites.mjs';

const database = {
  name: 'database',
  holds: 'a database',
  files: /plugins\/database\//,
  needs: [{ program: 'databased', packages: ['database-server'] }],
};
const disk = { name: 'disk', holds: 'a full disk', files: /\.disk\.test/, needs: [{ program: 'mount', packages: ['mount'], root: true }] };

/** A machine on which installing a package brings the program of the suite, if the package archive has it. */
function machine({ isRoot = false, isDebian = true, programs = [], archive = ['database-server', 'mount'] }) {
  const present = new Set(programs);
  const installed = [];
  return {
    isRoot,
    isDebian,
    installed,
    has: (program) => present.has(program),
    install: async (packages) => {
      if (!packages.every((name) => archive.includes(name))) return { code: 100, output: 'E: Unable to locate package' };
      installed.push(...packages);
      present.add('databased').add('mount');
      return { code: 0, output: '' };
    },
  };
}

describe('providing what suites need', () => {
  it('leaves nothing out, and installs nothing, where everything is there', async () => {
    const here = machine({ isRoot: true, programs: ['databased', 'mount'] });
    expect(await provideSuites([database, disk], here, () => {})).toEqual([]);
    expect(here.installed).toEqual([]);
  });

  it('installs what is missing for root on Debian, and says so', async () => {
    const here = machine({ isRoot: true });
    const said = [];
    expect(await provideSuites([database, disk], here, (text) => said.push(text))).toEqual([]);
    expect(here.installed).toEqual(['database-server', 'mount']);
    expect(said.join('')).toContain('database-server');
  });

  it.each([
    ['who is not root', { isRoot: false }],
    ['on another system', { isRoot: true, isDebian: false }],
    ['where the package does not exist', { isRoot: true, archive: [] }],
  ])('leaves a suite out for somebody %s, with the command that adds it', async (_, options) => {
    const [left] = await provideSuites([database], machine(options), () => {});
    expect(left).toMatchObject({ suite: database, reason: 'databased not found', cure: 'sudo apt-get install database-server' });
  });

  it('leaves out a suite that needs root for anybody else, even where its programs are there', async () => {
    const [left] = await provideSuites([disk], machine({ programs: ['mount'] }), () => {});
    expect(left).toMatchObject({ reason: 'it needs root', cure: 'sudo npm test' });
  });

  it('leaves out a suite that the machine does not allow, and says that nothing can be installed for it', async () => {
    const suite = { ...disk, needs: [{ ...disk.needs[0], works: async () => false, otherwise: 'nobody may mount here' }] };
    const here = machine({ isRoot: true, programs: ['mount'] });
    expect(await provideSuites([suite], here, () => {})).toEqual([
      { suite, reason: 'nobody may mount here', cure: 'run it on another machine', impossible: true },
    ]);
  });

  it('gives Jest the files of the suites left out, and only those', async () => {
    const pattern = new RegExp(ignoredPattern(await provideSuites([database, disk], machine({}), () => {})));
    expect(pattern.test('/clone/plugins/database/test/database.test.ts')).toBe(true);
    expect(pattern.test('/clone/test/engine/full.disk.test.ts')).toBe(true);
    expect(pattern.test('/clone/test/engine/full.test.ts')).toBe(false);
  });

  it('has a real list in which every suite can be named, found and obtained', () => {
    for (const suite of suites) {
      expect(suite).toMatchObject({ name: expect.stringMatching(/^[a-z-]+\d*$/), holds: expect.any(String), files: expect.any(RegExp) });
      for (const need of suite.needs) expect(need.packages.length).toBeGreaterThan(0);
    }
  });
});
