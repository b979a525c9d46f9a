import { messageOf } from '@etl/sdk';
import type { TestResult } from '../jobs/test-job.js';
import { formatDuration, plural } from './format-quantity.js';
import type { Palette } from './palette.js';
import { visibleLines } from './visible-text.js';

export const testReporters = ['spec', 'tap', 'junit'] as const;
export type TestReporter = (typeof testReporters)[number];

/** Results of tests as people read them: job by job, failures with what differs. */
export function specReport(results: readonly TestResult[], palette: Palette): string {
  const lines: string[] = [];
  let job: string | null = null;
  for (const result of results) {
    if (result.job !== job) lines.push(...(job === null ? [] : ['']), palette.bold(result.job));
    job = result.job;
    const mark = result.passed ? palette.good('✔') : palette.bad('✖');
    lines.push(`  ${mark} ${visibleLines(result.name)} ${palette.faint(`(${formatDuration(result.milliseconds)})`)}`);
    for (const reason of reasonsOf(result))
      lines.push(
        ...visibleLines(reason)
          .split('\n')
          .map((line) => `      ${paintDifference(line, palette)}`),
      );
  }
  return lines.join('\n');
}

/** `5 passed, 1 failed` */
export function testSummary(results: readonly TestResult[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  return `${plural(results.length, 'test')}: ${results.length - failed} passed, ${failed} failed`;
}

/** Test Anything Protocol, version 13. */
export function tapReport(results: readonly TestResult[]): string {
  const lines = results.flatMap((result, index) => {
    const title = `${result.job}: ${result.name}`.replaceAll('#', String.raw`\#`).replaceAll('\n', ' ');
    const diagnostics = result.passed ? [] : ['  ---', `  message: ${JSON.stringify(reasonsOf(result).join('\n'))}`, '  ...'];
    return [`${result.passed ? 'ok' : 'not ok'} ${index + 1} - ${title}`, ...diagnostics];
  });
  return ['TAP version 13', `1..${results.length}`, ...lines].join('\n');
}

/** The XML that CI servers read. */
export function junitReport(results: readonly TestResult[]): string {
  const jobs = [...new Set(results.map(({ job }) => job))];
  const seconds = (list: readonly TestResult[]): string =>
    (list.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000).toFixed(3);
  const failures = (list: readonly TestResult[]): number => list.filter(({ passed }) => !passed).length;
  const suites = jobs.map((job) => {
    const own = results.filter((result) => result.job === job);
    return `  <testsuite name="${xml(job)}" tests="${own.length}" failures="${failures(own)}" time="${seconds(own)}">\n${own.map(testCase).join('\n')}\n  </testsuite>`;
  });
  const head = `<testsuites tests="${results.length}" failures="${failures(results)}" time="${seconds(results)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>'].join('\n');
}

function testCase(result: TestResult): string {
  const open = `    <testcase classname="${xml(result.job)}" name="${xml(result.name)}" time="${(result.milliseconds / 1000).toFixed(3)}"`;
  if (result.passed) return `${open}/>`;
  const [first = 'failed'] = reasonsOf(result);
  return `${open}>\n      <failure message="${xml(first.split('\n')[0] ?? first)}">${xml(reasonsOf(result).join('\n'))}</failure>\n    </testcase>`;
}

/** What differs, or the error that kept the job from ending. */
export const reasonsOf = ({ failures, error }: TestResult): readonly string[] =>
  error === null ? failures : [`${error.code}: ${messageOf(error)}${error.hint === undefined ? '' : `\n${error.hint}`}`, ...failures];

const paintDifference = (line: string, palette: Palette): string =>
  /^\s*- /.test(line) ? palette.good(line) : /^\s*\+ /.test(line) ? palette.bad(line) : line;

const entities: { readonly [character: string]: string } = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' };

/** XML 1.0 has no way to write most control characters: they are shown as U+FFFD. */
const xml = (text: string): string =>
  text
    .replace(/[<>&"']/g, (character) => entities[character] ?? character)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
