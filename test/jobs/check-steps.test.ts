import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkSteps } from '../../src/jobs/check-steps.js';
import { readProject } from '../../src/project/index.js';
import { bundledPlugins, loadRegistry } from '../../src/registry/index.js';
import { steps } from '../../src/transforms/index.js';

const job = (transform: string, key = 'id'): string => `extract:
  orders:
    from: files
    file: orders.csv
transform:
${transform}
load:
  - { dataset: orders, to: out, file: orders.csv, mode: replace, order_by: [${key}] }
`;

describe('checkSteps', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'etl-check-steps-'));
    await mkdir(join(directory, 'jobs', 'sales'), { recursive: true });
    await writeFile(
      join(directory, 'etl.yaml'),
      'project: p\nconnections:\n  files: { connector: file, path: . }\n  out: { connector: file, path: out }\n',
    );
    await writeFile(join(directory, 'jobs', 'sales', 'schemas.yaml'), 'orders:\n  columns:\n    id: integer\n    total: decimal(10,2)\n');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const check = async (text: string) => {
    await writeFile(join(directory, 'jobs', 'sales', 'job.yaml'), text);
    const registry = loadRegistry(bundledPlugins());
    const project = await readProject(directory, { variables: {}, registry, steps });
    return checkSteps(project, await project.job('sales'));
  };

  it('finds nothing where every step fits the columns', async () => {
    expect(await check(job('  - orders:\n      - filter: "total > 0"\n      - derive: { gross: "total * 2" }'))).toEqual([]);
  });

  it('names file and line of a step that uses a column which is not there', async () => {
    const [problem] = await check(job('  - orders:\n      - filter: "total > 0"\n      - drop: [tota]'));
    expect(problem).toMatchObject({ place: { file: 'jobs/sales/job.yaml', line: 8, dataset: 'orders', step: 'drop' } });
    expect(problem?.frame).toContain('tota');
  });

  it('finds mistakes in SQL, with its place', async () => {
    const [problem] = await check(job('  - orders:\n      sql: "select id, totl from orders"'));
    expect(problem).toMatchObject({ place: { line: 7 } });
    expect(problem?.message).toContain('totl');
  });

  it('names the load whose order the dataset does not have', async () => {
    const [problem] = await check(job('  - orders:\n      - drop: [id]'));
    expect(problem).toMatchObject({ code: 'SCHEMA_MISMATCH', place: { line: 9 } });
  });

  it('finds a script that cannot be built', async () => {
    await writeFile(join(directory, 'jobs', 'sales', 'broken.ts'), 'export default {{{');
    const [problem] = await check(job('  - orders: { script: ./broken.ts }'));
    expect(problem?.place).toMatchObject({ line: 1 });
    expect(problem?.place.file).toContain('broken.ts');
  });

  it('says nothing of steps while the columns are not known', async () => {
    await rm(join(directory, 'jobs', 'sales', 'schemas.yaml'));
    expect(await check(job('  - orders:\n      - drop: [tota]'))).toEqual([]);
  });
});
