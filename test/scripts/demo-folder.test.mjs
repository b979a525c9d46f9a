import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { demoFolder } from '../../scripts/demo-folder.mjs';

describe('the folder of the demo', () => {
  let base;
  let demo;
  const job = () => join(base, 'demo/jobs/sales/job.yaml');
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'etl-demo-'));
    demo = demoFolder(join(base, 'demo'), join(base, 'cache/mark'));
    mkdirSync(join(base, 'demo/jobs/sales'), { recursive: true });
    writeFileSync(job(), 'name: sales\n');
    demo.remember();
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('is made anew where nobody changed it, whatever runs left in it', () => {
    mkdirSync(join(base, 'demo/.etl/runs'), { recursive: true });
    writeFileSync(join(base, 'demo/.etl/runs/run.json'), '{}');
    writeFileSync(join(base, 'demo/warehouse.duckdb'), 'rows');
    expect(demo.clear()).toBe(true);
    expect(existsSync(join(base, 'demo'))).toBe(false);
  });

  it('keeps what somebody changed or added', () => {
    writeFileSync(job(), 'name: mine\n');
    expect(demo.clear()).toBe(false);
    expect(readFileSync(job(), 'utf8')).toBe('name: mine\n');
    writeFileSync(job(), 'name: sales\n');
    writeFileSync(join(base, 'demo/jobs/sales/mine.ts'), '');
    expect(demo.clear()).toBe(false);
  });

  it('keeps a folder of which nothing is known', () => {
    rmSync(join(base, 'cache'), { recursive: true });
    expect(demo.clear()).toBe(false);
  });

  it('may be missing', () => {
    rmSync(join(base, 'demo'), { recursive: true });
    expect(demo.clear()).toBe(true);
  });
});
