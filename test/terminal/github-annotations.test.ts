import { describe, expect, it } from '@jest/globals';
import { githubAnnotations } from '../../src/terminal/github-annotations.js';

describe('annotations for GitHub', () => {
  it('name file, line and column, and cannot be broken out of', () => {
    const text = githubAnnotations(
      [
        {
          code: 'CONFIG_INVALID',
          message: 'bad: 100%\n::set-output name=x::y',
          place: { file: 'jobs/a,b/job.yaml', line: 3, column: 5 },
          hint: 'Correct it',
          frame: null,
        },
        { code: 'NOT_FOUND', message: 'gone', place: {}, hint: null, frame: null },
      ],
      (file) => `project/${file}`,
    );
    expect(text.split('\n')).toEqual([
      '::error file=project/jobs/a%2Cb/job.yaml,line=3,col=5,title=CONFIG_INVALID::bad: 100%25%0A::set-output name=x::y%0ACorrect it',
      '::error title=NOT_FOUND::gone',
    ]);
  });
});
