import { describe, expect, it } from '@jest/globals';
import { countTests } from '../../scripts/count-tests.mjs';

const file = (assertionResults, status = 'passed') => ({ name: 'a.test.ts', status, message: 'SyntaxError', assertionResults });
const test = (status, fullName = status) => ({ status, fullName });
const report = (...testResults) => ({ success: testResults.every(({ status }) => status === 'passed'), testResults });

describe('counting the tests of a run', () => {
  it('counts passed and failed tests', () => {
    const counted = countTests(report(file([test('passed'), test('failed')], 'failed')), { requireAll: false });
    expect(counted).toMatchObject({ passed: 1, failed: 1, failures: ['failed (a.test.ts)'] });
  });

  it('counts a file that cannot be run as a failure', () => {
    expect(countTests(report(file([], 'failed')), { requireAll: false })).toMatchObject({ passed: 0, failed: 1 });
  });

  it('counts a run without a report, and a run that failed outside of any test, as a failure', () => {
    expect(countTests(null, { requireAll: false })).toMatchObject({ passed: 0, failed: 1 });
    expect(countTests({ ...report(file([test('passed')])), success: false }, { requireAll: false })).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  it.each(['pending', 'todo', 'skipped'])('names a %s test, and fails for it where every suite is required', (status) => {
    expect(countTests(report(file([test(status)])), { requireAll: false })).toMatchObject({
      failed: 0,
      skipped: [`${status} (a.test.ts)`],
    });
    expect(countTests(report(file([test(status)])), { requireAll: true })).toMatchObject({ failed: 1 });
  });

  it('lets a test be missing that is on the list of those that may be', () => {
    const optional = [{ test: /^large file /, reason: 'not everywhere' }];
    const missing = report(file([test('pending', 'large file is read'), test('pending', 'another')]));
    expect(countTests(missing, { requireAll: true, optional })).toMatchObject({
      failed: 1,
      skipped: ['large file is read (a.test.ts)', 'another (a.test.ts)'],
    });
  });
});
