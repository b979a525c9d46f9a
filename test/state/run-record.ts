import type { RunRecord } from '../../src/state/index.js';

/** A run of the tests, with what matters filled in. */
export const runRecord = (given: Partial<RunRecord>): RunRecord => ({
  id: 'r1',
  job: 'daily',
  status: 'done',
  started: '2026-11-20T10:00:00.000Z',
  finished: '2026-11-20T10:00:03.500Z',
  environment: null,
  trigger: 'manual',
  params: {},
  pid: 1,
  host: 'machine',
  datasets: {},
  loads: [],
  cursors: {},
  warnings: [],
  error: null,
  ...given,
});
