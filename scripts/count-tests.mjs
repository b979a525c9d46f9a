/**
 * Counts Jest's report so that nothing is lost: a file that could not be run is a failure, and so is a report that is missing or empty.
 * Tests that were skipped are named, and fail where every suite is required, unless they
 * are among the optional ones.
 */
export function countTests(report, { requireAll, optional = [] }) {
  if (report === null) return { passed: 0, failed: 1, failures: ['Jest did not report'], skipped: [] };
  const results = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({ ...test, name: `${test.fullName} (${file.name})` })),
  );
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const failures = [
    ...results.filter(({ status }) => status === 'failed').map(({ name }) => name),
    ...broken.map(({ name, message }) => `${name} could not be run\n${message}`),
  ];
  const left = results.filter(({ status }) => !['passed', 'failed'].includes(status));
  const skipped = left.map(({ name }) => name);
  const missed = left.filter(({ fullName }) => !optional.some(({ test }) => test.test(fullName)));
  const passed = results.filter(({ status }) => status === 'passed').length;
  // Jest also fails a run for reasons outside any test, such as an obsolete snapshot with --ci or a worker that died.
  if (!report.success && failures.length === 0) failures.push('Jest failed outside of any test');
  return { passed, failed: failures.length + (requireAll ? missed.length : 0), failures, skipped };
}
