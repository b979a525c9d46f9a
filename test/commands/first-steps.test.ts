import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Init from '../../src/commands/init.js';
import Preview from '../../src/commands/preview.js';
import Run from '../../src/commands/run.js';
import Test from '../../src/commands/test.js';
import Validate from '../../src/commands/validate.js';
import { initShape, previewShape, runShape, testShape, validateShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand, type Tried } from './try-command.js';

const folder = temporaryFolders();

async function allSucceed(directory: string): Promise<Record<'validate' | 'test' | 'preview' | 'run', Tried>> {
  const validate = await tryCommand(Validate, ['--json'], { directory });
  const test = await tryCommand(Test, ['--json'], { directory });
  const job = testShape.parse(test.json).tests[0]?.job ?? '';
  const preview = await tryCommand(Preview, [job, '--json'], { directory });
  const run = await tryCommand(Run, ['--json'], { directory });
  for (const { exitCode, stdout, stderr } of [validate, test, preview, run])
    expect({ exitCode, stderr, failed: exitCode === 0 ? null : stdout }).toEqual({ exitCode: 0, stderr: '', failed: null });
  expect(validateShape.parse(validate.json).problems).toEqual([]);
  expect(testShape.parse(test.json).tests.length).toBeGreaterThan(0);
  expect(previewShape.parse(preview.json).steps.length).toBeGreaterThan(0);
  expect(runShape.parse(run.json).status).toBe('done');
  return { validate, test, preview, run };
}

const balance = (run: Tried) => {
  const [record] = runShape.parse(run.json).runs;
  return {
    read: Object.fromEntries(Object.entries(record?.datasets ?? {}).map(([name, { steps }]) => [name, steps.find(({ step }) => step === 'extract')?.in])),
    loads: Object.fromEntries(record?.loads.map(({ id, inserted, updated, unchanged }) => [id, { inserted, updated, unchanged }]) ?? []),
    rejected: Object.values(record?.datasets ?? {}).flatMap(({ steps }) => steps).reduce((sum, { rejected }) => sum + rejected, 0),
  }; // prettier-ignore
};

describe('the first steps of a new user', () => {
  it.each(['demo', 'csv-to-duckdb', 'empty'])('init, validate, test, preview and run succeed with the template %s', async (template) => {
    const directory = await folder();
    const init = await tryCommand(Init, ['x', '--template', template, '--yes', '--json'], { directory });
    expect(initShape.parse(init.json)).toMatchObject({ project: 'x', added: false });
    await allSucceed(join(directory, 'x'));
  });

  it('the demo accounts for every row, and a second run reads only what is new', async () => {
    const directory = await folder();
    await tryCommand(Init, ['--template', 'demo', '--yes'], { directory });
    const again = () => tryCommand(Run, ['sales', '--json'], { directory });
    expect(balance(await again())).toEqual({
      read: { customers: 62, products: 16, orders: 392, sales: undefined },
      loads: { warehouse: { inserted: 380, updated: 0, unchanged: 0 }, contacts: { inserted: 60, updated: 0, unchanged: 0 } },
      rejected: 11,
    });
    expect(balance(await again())).toMatchObject({ read: { orders: 0 }, loads: { warehouse: { inserted: 0, updated: 0 } } });
    await copyFile(join(directory, 'data/later/orders-2026-11.csv'), join(directory, 'data/orders/orders-2026-11.csv'));
    expect(balance(await again())).toMatchObject({ read: { orders: 121 }, loads: { warehouse: { inserted: 119, updated: 1 } } });
    expect((await readFile(join(directory, 'out/contacts.csv'), 'utf8')).split('\n')[1]).toBe(
      '1,Olivia Torres,6b,olivia.torres@school.example,FR,69001,2026-04-14 08:16:00',
    );
  });

  it("makes a job from the person's own file, with the columns that are there, and adds another to the project", async () => {
    const directory = await folder();
    await mkdir(join(directory, 'Exports 2026'));
    await writeFile(join(directory, 'Exports 2026/Bestellungen: März.csv'), 'Nr.,zip,"a: b",paid\n1,01067,x,true\n2,10115,"y, z",false\n');
    const init = await tryCommand(
      Init,
      ['--from', 'Exports 2026/Bestellungen: März.csv', '--to', 'dwh/shop.duckdb', '--key', 'Nr.', '--json'],
      { directory },
    );
    expect(initShape.parse(init.json).job).toBe('bestellungen_marz');
    expect(await readFile(join(directory, 'jobs/bestellungen_marz/schemas.yaml'), 'utf8')).toMatch(/zip: text/);
    await allSucceed(directory);
    const second = await tryCommand(Init, ['copy', '--from', 'warehouse', '--to', 'out/copy.csv', '--json'], { directory });
    expect(second.stdout + second.stderr).toContain('"added": true');
    expect((await tryCommand(Validate, [], { directory })).exitCode).toBe(0);
    const run = await tryCommand(Run, ['copy', '--json'], { directory });
    expect(run.exitCode).toBe(0);
    expect(await readFile(join(directory, 'out/copy.csv'), 'utf8')).toContain('01067');
  });
});
