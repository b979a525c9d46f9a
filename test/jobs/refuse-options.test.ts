import { describe, expect, it } from '@jest/globals';
import type { Mode } from '@etl/sdk';
import type { Job, LoadEntry } from '../../src/project/job.js';
import { refuseOptions } from '../../src/jobs/refuse-options.js';

const load = (mode: Mode, options: LoadEntry['options'] = {}): LoadEntry => ({
  id: 'dwh', dataset: 'orders', to: 'warehouse', mode, key: [], policy: 'evolve', orderBy: [], add: {}, after: [], options, place: { file: 'job.yaml', line: 9 },
}); // prettier-ignore

const job = (loads: readonly LoadEntry[]): Job => ({
  name: 'sales', tags: [], directory: '/', file: 'job.yaml', params: new Map(), extracts: [], transforms: [], loads, statements: [], limits: { rejects: null }, source: '',
}); // prettier-ignore

const plain = { limit: null, fullRefresh: false, dryRun: false };

describe('refuseOptions', () => {
  it.each(['replace', 'replace-by', 'history'] as const)('refuses a limited read into a load of mode %s', (mode) => {
    expect(() => refuseOptions(job([load('append'), load(mode)]), { ...plain, limit: 5 })).toThrow(
      expect.objectContaining({ code: 'USAGE', place: { file: 'job.yaml', line: 9, job: 'sales' } }),
    );
  });

  it.each(['delete', 'mark'])('refuses a limited read where missing rows are treated with %s', (missing) => {
    expect(() => refuseOptions(job([load('merge', { missing })]), { ...plain, limit: 5 })).toThrow(/would empty/);
  });

  it('lets a limited read into loads that only add or change rows', () => {
    refuseOptions(job([load('append'), load('merge'), load('insert-new'), load('merge', { missing: 'keep' })]), { ...plain, limit: 5 });
  });

  it('refuses to replace what a load appends', () => {
    expect(() => refuseOptions(job([load('append')]), { ...plain, fullRefresh: true })).toThrow(/which appends/);
    refuseOptions(job([load('merge')]), { ...plain, fullRefresh: true });
  });

  it('refuses nothing of a dry run', () => {
    refuseOptions(job([load('replace'), load('append')]), { limit: 5, fullRefresh: true, dryRun: true });
  });
});
