import { describe, expect, it } from '@jest/globals';
import { EtlError, noCounts, type ErrorCode } from '@etl/sdk';
import type { RunRecord } from '../../src/state/run-record.js';
import { runReport, type ReportedOutcome } from '../../src/terminal/run-report.js';
import { runShape } from '../commands/json-shapes.js';

const record = (facts: Partial<RunRecord>): RunRecord => ({
  id: 'r1', job: 'sales', status: 'done', started: '2026-01-01T00:00:00.000Z', finished: '2026-01-01T00:00:01.000Z', environment: null,
  trigger: 'manual', params: { password: 'hunter2' }, pid: 1, host: 'h', datasets: {}, loads: [], cursors: {}, warnings: [], error: null, ...facts,
}); // prettier-ignore
const done = (facts: Partial<RunRecord> = {}): ReportedOutcome => ({ job: 'sales', record: record(facts) });
const failed = (code: ErrorCode): ReportedOutcome => done({ status: 'failed', error: { code, message: 'm', hint: null, place: {} } });
const refused: ReportedOutcome = { job: 'sales', refused: new EtlError('BUSY', 'Another run holds it', { hint: 'Wait with --wait' }) };
const rejected = done({ loads: [{ id: 'w', ...noCounts, in: 2, inserted: 1, rejected: 1 }] });
const plain = { failOnReject: false, interruptedWith: null } as const;

describe('the report of a run', () => {
  it.each<[string, ReportedOutcome[], number, string]>([
    ['one that is done', [done()], 0, 'done'],
    ['one with rejected rows', [rejected], 0, 'done'],
    ['one that a check stopped', [failed('CHECK_FAILED')], 5, 'failed'],
    ['one without a password', [failed('CREDENTIAL_MISSING')], 3, 'failed'],
    ['one that another run holds', [refused], 7, 'failed'],
    ['several that failed alike, beside one that is done', [done(), failed('UNREACHABLE'), failed('TIMEOUT')], 4, 'failed'],
    ['several that failed differently', [failed('CHECK_FAILED'), refused], 1, 'failed'],
    ['one that was killed', [done({ status: 'running', finished: null })], 130, 'interrupted'],
  ])('gives %s its exit code', (_, outcomes, exitCode, status) => {
    const report = runReport(outcomes, plain);
    expect(report).toMatchObject({ exitCode, status });
    runShape.parse(report);
  });

  it('counts rejected rows as failure only when asked', () => {
    expect(runReport([rejected], { ...plain, failOnReject: true })).toMatchObject({ exitCode: 6, status: 'done' });
    expect(runReport([rejected, failed('SQL_FAILED')], { ...plain, failOnReject: true }).exitCode).toBe(1);
    expect(runReport([done()], { ...plain, failOnReject: true }).exitCode).toBe(0);
  });

  it('has the code of the signal when one stopped it', () => {
    expect(runReport([failed('CANCELLED')], { ...plain, interruptedWith: 143 })).toMatchObject({ exitCode: 143, status: 'interrupted' });
  });

  it('leaves out what was given to the run, which may be confidential', () => {
    expect(JSON.stringify(runReport([done(), failed('SQL_FAILED')], plain))).not.toContain('hunter2');
  });
});
