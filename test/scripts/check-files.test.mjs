import { describe, expect, it } from '@jest/globals';
import { problemsOf, sourceFiles } from '../../scripts/check-files.mjs';

describe('names and sizes of source files', () => {
  it.each(['src/engine/utils.ts', 'packages/sdk/src/types.ts', 'src/helpers.test.ts', 'scripts/common.mjs'])(
    'refuses %s, which names nothing',
    (path) => {
      expect(problemsOf(path, '')).toEqual([expect.stringContaining('names nothing')]);
    },
  );

  it.each(['src/engine/RunJob.ts', 'src/engine/run_job.ts'])('refuses %s, which is not in kebab-case', (path) => {
    expect(problemsOf(path, '')).toEqual([expect.stringContaining('kebab-case')]);
  });

  it('takes a file of 300 lines and refuses one of 301', () => {
    expect(problemsOf('src/engine/run-job.ts', 'x\n'.repeat(300))).toEqual([]);
    expect(problemsOf('src/engine/run-job.ts', 'x\n'.repeat(301))).toEqual([expect.stringContaining('301 lines')]);
  });

  it('looks at the sources of the CLI, the packages and the plugins, and at nothing that was built or installed', () => {
    const files = sourceFiles();
    expect(files).toEqual(expect.arrayContaining(['bin/run.js', 'packages/sdk/src/index.ts', 'scripts/check-files.mjs']));
    expect(files.filter((path) => /node_modules|dist\//.test(path))).toEqual([]);
  });
});
