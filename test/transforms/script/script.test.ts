import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { typeName } from '@etl/sdk';
import fc from 'fast-check';
import { runOnTables } from '../run-on-tables.js';
import { planStages } from '../../../src/transforms/index.js';
import { bindAll, openBench, runSteps, schemaOf, textsBatch, type Bench, type Outcome, type Texts } from '../run-steps.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

const input = schemaOf({ id: 'integer', name: 'text', total: 'decimal(12,2)', rate: 'float', ok: 'boolean', day: 'date', raw: 'json' });
const rows: Texts[] = [
  ['1', 'Ada', '10.50', '0.1', 'true', '2026-01-31', '{"a": 1}'],
  ['9007199254740993', 'Zoë 😀\n"', '-3.00', 'NaN', 'false', '0001-01-01', null],
  [null, '', null, null, null, null, 'null'],
];

let files = 0;
/** Writes a script, answers its path from the job's folder. */
async function write(text: string, name = `script-${files++}.ts`): Promise<string> {
  await mkdir(dirname(join(bench.folder, name)), { recursive: true });
  await writeFile(join(bench.folder, name), text);
  return `./${name}`;
}
const transform = (body: string): string => `import { defineTransform } from '@etl/sdk';\nexport default defineTransform({ ${body} });\n`;
const run = async (body: string, given: readonly Texts[] = rows, options: object = {}): Promise<Outcome> => {
  const file = await write(transform(body));
  return runSteps(bench, input, given, [{ script: { file, ...options } }], {
    params: { since: { type: { kind: 'date' }, value: '2026-01-01' } },
  });
};

describe('a row script', () => {
  it('gets exact values, and cells that it gives back as they came stay byte for byte', async () => {
    for (const body of ['row: (row) => row', 'row: (row) => ({ ...row })', 'row: async (row) => ({ ...row })', 'row: () => ({})']) {
      const out = await run(body);
      expect(out.rows).toEqual(rows);
      expect(out.numbers).toEqual([0, 1, 2]);
    }
  });

  it('leaves any row as it is', async () => {
    const file = await write(transform('row: (row) => ({ ...row })'));
    const schema = schemaOf({ a: 'text', n: 'int128', d: 'decimal(38,6)', f: 'float', t: 'timestamptz', j: 'json', b: 'bytes' });
    const row = fc.tuple(
      fc.option(fc.string({ unit: 'grapheme' })), fc.option(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }).map(String)), fc.option(fc.integer().map((n) => `${n}.000001`)),
      fc.option(fc.double().map(String)), fc.constantFrom(null, '2026-01-01 00:00:00.120+00:00'), fc.option(fc.json()), fc.constant(null),
    ); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 10 }), async (given) => {
        expect((await runSteps(bench, schema, given, [{ script: file }])).rows).toEqual(given);
      }),
      { numRuns: 15 },
    );
  });

  it('adds, retypes and drops columns, and keeps those that it does not name', async () => {
    const out = await run(
      `columns: { greeting: 'text', total: 'decimal(14,3)', day: null, year: 'integer' },
       row: (row, { params, started }) => ({ greeting: \`\${row.name} \${params.since} \${started}\`, total: row.total, year: row.day === null ? null : Number(String(row.day).slice(0, 4)) })`,
    );
    expect(out.schema.fields.map(({ name, type }) => `${name} ${typeName(type)}`)).toEqual([
      'id integer',
      'name text',
      'total decimal(14,3)',
      'rate float',
      'ok boolean',
      'raw json',
      'greeting text',
      'year integer',
    ]);
    expect(out.rows.map(([id, , total, , , , greeting, year]) => [id, total, greeting, year])).toEqual([
      ['1', '10.500', 'Ada 2026-01-01 2026-11-20 06:00:00+00:00', '2026'],
      ['9007199254740993', '-3.000', 'Zoë 😀\n" 2026-01-01 2026-11-20 06:00:00+00:00', '1'],
      [null, null, ' 2026-01-01 2026-11-20 06:00:00+00:00', null],
    ]);
  });

  it('may change the row that it was given, and keep rows for later', async () => {
    const out = await run(
      `row: (() => { let before = null; return (row) => { const last = before; before = { ...row }; row.name = last === null ? 'first' : last.name; return row; }; })()`,
    );
    expect(out.rows.map(([, name]) => name)).toEqual(['first', 'Ada', 'Zoë 😀\n"']);
  });

  it('filters with null, rejects with a reason, also where the script catches everything', async () => {
    const out = await run(
      `row(row, { reject }) { if (row.id === null) return null; try { if (row.ok === false) reject('not ok', 'ok'); } catch {} return row; }`,
    );
    expect(out.rows).toEqual([rows[0]]);
    expect(out.rejects).toMatchObject([
      { step: expect.stringMatching(/^script /), reason: 'not ok', field: 'ok', code: 'DATA_INVALID', values: rows[1] },
    ]);
    expect(out.counts).toMatchObject([{ in: 3, out: 1, filtered: 1, rejected: 1 }]);
  });

  it('works in a chain with other steps, over several batches', async () => {
    const many = Array.from({ length: 5000 }, (_, at): Texts => [String(at), `n${at}`, '1.00', null, null, null, null]);
    const file = await write(transform(`columns: { half: 'integer' }, row: (row) => (row.id % 5n === 0n ? null : { half: row.id / 2n })`));
    const out = await runSteps(
      bench,
      input,
      many,
      [{ filter: 'id % 2 = 0' }, { script: file }, { derive: { double: 'half * 2' } }, { select: ['id', 'double'] }],
      { batchRows: 777 },
    );
    expect(out.rows).toEqual(many.map(([id]) => id).filter((id) => Number(id) % 2 === 0 && Number(id) % 5 !== 0).map((id) => [id, id])); // prettier-ignore
    expect(out.counts.map(({ in: got, out: left }) => [got, left])).toEqual([[5000, 2500], [2500, 2000], [2000, 2000], [2000, 2000]]); // prettier-ignore
  });

  it('reads texts of any length, in batches with and without letters beyond ASCII', async () => {
    const file = await write(transform('row: (row) => ({ name: [...row.name].reverse().join("") })'));
    const texts = Array.from({ length: 40 }, (_, length) => 'abcdefghij'.repeat(4).slice(0, length));
    const odd = texts.map((text) => `${text}é${text}😀`);
    for (const names of [texts, odd, [...texts, ...odd]]) {
      const given = names.map((name, at): Texts => [String(at), name, null, null, null, null, null]);
      const out = await runSteps(bench, input, given, [{ script: file }], { batchRows: 29 });
      expect(out.rows.map(([, name]) => name)).toEqual(names.map((name) => Array.from(name).reverse().join('')));
    }
  });

  it('gets one row after the other, also where it waits and several batches are sent at once', async () => {
    const many = Array.from({ length: 60 }, (_, at): Texts => [String(at), 'x', null, null, null, null, null]);
    const file = await write(
      transform(
        `row: (() => { let seen = 0; let running = 0; return async (row) => { if (running++ > 0) throw new Error('two at once'); await new Promise((done) => setTimeout(done, Number(row.id % 3n))); running--; return { name: String(seen++) }; }; })()`,
      ),
    );
    const out = await runSteps(bench, input, many, [{ script: file }], { batchRows: 10 });
    expect(out.rows.map(([, name]) => name)).toEqual(many.map(([id]) => id));
  });

  it('imports other files of the job, TypeScript and JSON', async () => {
    await write('export const suffix = (text: string): string => `${text}!`;', 'lib/suffix.ts');
    await write('{ "mark": "?" }', 'lib/marks.json');
    const file = await write(
      `import { suffix } from './lib/suffix.js';\nimport marks from './lib/marks.json';\nimport { basename } from 'node:path';\n${transform('row: (row) => ({ name: suffix(basename(`/x/${row.name}`)) + marks.mark })')}`,
    );
    const out = await runSteps(bench, input, rows.slice(0, 1), [{ script: file }]);
    expect(out.rows[0]?.[1]).toBe('Ada!?');
  });

  it('prints into the log', async () => {
    bench.warnings.length = 0;
    await run(`row(row) { console.log('id', row.id); process.stderr.write('two\\nlines'); return row; }`, rows.slice(0, 1));
    expect(bench.warnings.map((line) => line.replace(/^script \S+ /, ''))).toEqual(expect.arrayContaining(['id 1n', 'two']));
  });
});

describe('a script that goes wrong', () => {
  const fails = async (body: string, message: RegExp, options: object = {}, code = 'SCRIPT_FAILED'): Promise<void> => {
    await expect(run(body, rows, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  };

  it('stops the job with the row and the place in the script where it threw', async () => {
    const file = await write(
      `import { defineTransform } from '@etl/sdk';\nconst boom = (row): never => {\n  throw new TypeError('no such ' + row.name);\n};\nexport default defineTransform({ row: (row) => (row.id === null ? boom(row) : row) });\n`,
    );
    await expect(runSteps(bench, input, rows, [{ script: file }])).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringMatching(/failed at row 3: TypeError: no such {2}\(.*:3:9\)/),
      place: { file: `jobs/x/${file.slice(2)}`, line: 3, column: 9 },
    });
  });

  it.each([1, 2, 100])('names the row that failed, or never ended, in batches of %i', async (batchRows) => {
    const thrown = await write(transform('row(row) { if (row.id === null) throw new Error("boom"); return row; }'));
    const endless = await write(transform('row(row) { if (row.id === null) for (;;); return row; }'));
    const given = [...rows, ...rows];
    const message = (text: string): object => ({ message: expect.stringContaining(text) });
    await expect(runSteps(bench, input, given, [{ script: thrown }], { batchRows })).rejects.toMatchObject(message('failed at row 3: '));
    await expect(runSteps(bench, input, given, [{ script: { file: endless, timeout: '1s' } }], { batchRows })).rejects.toMatchObject(
      message('did not end within 1 s at row 3'),
    );
  });

  it('rejects such rows where the step says so, without quoting values', async () => {
    const out = await run(
      `row(row) { if (row.id === null) throw new RangeError('secret-4711'); return { total: row.ok ? '1.005' : row.total }; }`,
      rows,
      { on_error: 'reject' },
    );
    expect(out.rows).toEqual([rows[1]]);
    expect(out.rejects.map(({ reason, code }) => [reason, code])).toEqual([
      ['column total has more than 2 digits behind the point: state round to allow that (decimal(12,2))', 'SCRIPT_FAILED'],
      ['the script failed: RangeError', 'SCRIPT_FAILED'],
    ]);
  });

  it('is ended where it never ends, in a row or while it is loaded', async () => {
    const started = Date.now();
    await fails('row(row) { if (row.id === null) for (;;); return row; }', /did not end within 2 s at row 3/, { timeout: '2s' });
    await fails('row: (row) => new Promise(() => {})', /did not end within 2 s at row 1/, { timeout: '2s' });
    await expect(
      write('for (;;);\nexport default {};').then((file) => bindAll(bench, input, [{ script: { file, timeout: '2s' } }])),
    ).rejects.toMatchObject({ code: 'SCRIPT_FAILED' });
    expect(Date.now() - started).toBeLessThan(25_000);
  });

  it('may take its time as long as it goes on', async () => {
    const out = await run('row: async (row) => { await new Promise((done) => setTimeout(done, 1200)); return row; }', rows, {
      timeout: '2500 ms',
    });
    expect(out.rows).toHaveLength(3);
  });

  it('is ended where it takes too much memory', async () => {
    await fails(
      'row(row) { const all = []; for (;;) all.push({ at: all.length, text: String(all.length) }); }',
      /used more than \d+ MB of memory/,
      { memory: '32MB' },
    );
  });

  it('is ended when the run is interrupted', async () => {
    const controller = new AbortController();
    const file = await write(transform('row: (row) => new Promise(() => {})'));
    const [stage] = planStages(await bindAll(bench, input, [{ script: file }]), input);
    if (stage?.kind !== 'stream') throw new Error('not a stream');
    const operator = await stage.open({ ...bench.resources, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(operator.apply([textsBatch(input, rows)])).rejects.toMatchObject({ code: 'CANCELLED' });
    await operator.close();
  });

  it('may not end the process', async () => {
    await fails('row() { process.exit(0); }', /ended itself \(process\.exit with code 0\)/);
  });

  it('is told from a failure outside of any row', async () => {
    await fails(`row: (row) => { setTimeout(() => { throw new Error('late'); }, 0); return new Promise(() => {}); }`, /failed: late/);
    await expect(
      write("throw new Error('at start');\nexport default {};").then((file) => bindAll(bench, input, [{ script: file }])),
    ).rejects.toMatchObject({ code: 'SCRIPT_FAILED', message: expect.stringMatching(/at start/) });
  });

  it.each([
    ['{ total: 1.5 }', /at row 1: column total is decimal\(12,2\), but the script gave a number: give text/],
    ['{ total: "x" }', /column total is not a number/],
    ['{ id: 1.5 }', /a number that is no safe integer/],
    ['{ id: 2n ** 63n }', /column id is out of the range of integer/],
    ['{ id: "1" }', /column id is integer, but the script gave a text/],
    ['{ name: 5 }', /column name is text, but the script gave a number: give a text/],
    ['{ name: "\\ud800" }', /half a character/],
    ['{ ok: 1 }', /column ok is boolean/],
    ['{ day: new Date(0) }', /column day is date, but the script gave a Date/],
    ['{ day: "2026-02-30" }', /column day is not a date/],
    ['{ raw: { a: 1 } }', /column raw is json, but the script gave an object: give JSON\.stringify/],
    ['{ rate: "1" }', /column rate is float/],
    ['{ nmae: "x" }', /gave column nmae, which is not declared/],
    ['undefined', /gave back undefined instead of a row or null/],
    ['5', /gave back number/],
  ])('refuses to lose what it gives back: %s', async (value, message) => {
    await fails(`row: () => (${value})`, message);
  });

  it.each([
    ['export default 5;', /it has no default export/],
    ['export const x = 1;', /it has no default export/],
    ['export default {};', /neither a function row nor a function batch/],
    ['export default { row: (r) => r, batch: (r) => r };', /both row and batch/],
    ["export default { row: (r) => r, columns: { a: 'txt' } };", /column a: 'txt' is not a type/],
    ['export default { row: (r) => r, columns: { a: 5 } };', /columns must be a map/],
    ['export default { row: (r) => r, columns: { nmae: null } };', /drops column nmae/],
    ["export default { row: (r) => r, columns: { ID: 'text' } };", /differ only in case/],
  ])('says what is wrong with %j', async (text, message) => {
    const file = await write(text);
    await expect(bindAll(bench, input, [{ script: file }])).rejects.toMatchObject({
      message: expect.stringMatching(message),
      place: { line: 9 },
    });
  });

  it('shows the place of wrong syntax and of an import that is not there', async () => {
    const wrong = await write('export default {\n  row: (row) => {\n');
    await expect(bindAll(bench, input, [{ script: wrong }])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      place: { file: `jobs/x/${wrong.slice(2)}`, line: 3 },
    });
    const lost = await write("import { x } from './nowhere.js';\nexport default { row: () => x };");
    await expect(bindAll(bench, input, [{ script: lost }])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/could not resolve "\.\/nowhere\.js"/i),
      place: { file: `jobs/x/${lost.slice(2)}`, line: 1, column: 19 },
    });
    await expect(bindAll(bench, input, [{ script: './none.ts' }])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'The script ./none.ts is not there',
      hint: 'It would be jobs/x/none.ts',
    });
    await expect(bindAll(bench, input, [{ script: { file: wrong, timeout: 'soon' } }])).rejects.toThrow(/Write a number and a unit/);
  });
});

describe('a batch script', () => {
  const many = Array.from({ length: 25 }, (_, at): Texts => [String(at), `n${at}`, null, null, null, null, null]);
  const onTable = async (body: string, options: object = {}) =>
    runOnTables(bench, { rows: { schema: input, rows: many } }, [{ script: { file: await write(transform(body)), ...options } }]);

  it('gets rows in order, some at a time, and may give any number back', async () => {
    const out = await onTable(
      `columns: { size: 'integer', total: null, rate: null, ok: null, day: null, raw: null }, batch: (rows) => rows.flatMap((row) => (row.id % 2n === 0n ? [] : [{ ...row, size: rows.length }, { id: row.id, size: null }]))`,
      { batch: 10 },
    );
    expect(out.rows).toHaveLength(24);
    expect(out.rows.slice(0, 3)).toEqual([['1', 'n1', '10'], ['1', null, null], ['3', 'n3', '10']]); // prettier-ignore
    expect(out.rows.at(-2)).toEqual(['23', 'n23', '5']);
    expect(out.numbers).toEqual(Array.from({ length: 24 }, (_, at) => BigInt(at + 1)));
    expect(out.counts).toMatchObject([{ in: 25, out: 24, rejected: 0 }]);
  });

  it('stops the job where it throws or gives back what are no rows', async () => {
    await expect(onTable(`batch() { throw new Error('no'); }`)).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringMatching(/failed: Error: no/),
    });
    await expect(onTable(`batch: () => 5`)).rejects.toThrow(/gave back number instead of a list/);
    await expect(onTable(`batch: (rows) => [...rows, null]`)).rejects.toThrow(/null in place of a row/);
    await expect(onTable(`batch: (rows) => rows.map((row) => ({ ...row, extra: 1 }))`)).rejects.toThrow(
      /column extra, which is not declared/,
    );
    await expect(onTable(`batch: (rows, { reject }) => reject('x')`)).rejects.toThrow(/reject belongs to scripts with row/);
  });
});

describe('a built script', () => {
  it('is kept under a name that changes with what it imports', async () => {
    await write('export const x = 1;', 'dep.ts');
    const file = await write("import { x } from './dep.js';\nexport default { row: (row) => ({ name: String(x) }) };");
    const [first] = await bindAll(bench, input, [{ script: file }]);
    const [again] = await bindAll(bench, input, [{ script: file }]);
    await write('export const x = 2;', 'dep.ts');
    const [changed] = await bindAll(bench, input, [{ script: file }]);
    expect(again?.fingerprint).toBe(first?.fingerprint);
    expect(changed?.fingerprint).not.toBe(first?.fingerprint);
    const cached = await readdir(join(bench.folder, 'cache'));
    expect(cached).toEqual(expect.arrayContaining([`script-${first?.fingerprint}.mjs`, `script-${changed?.fingerprint}.mjs`]));
    expect((await readFile(join(bench.folder, 'cache', `script-${first?.fingerprint}.mjs`))).length).toBeLessThan(400_000);
  });

  it('does not see secrets of the environment', async () => {
    process.env['ETL_SECRET_SHOP__PASSWORD'] = 'hunter2';
    const out = await run(`row: (row) => ({ name: String(process.env.ETL_SECRET_SHOP__PASSWORD) })`, rows.slice(0, 1));
    delete process.env['ETL_SECRET_SHOP__PASSWORD'];
    expect(out.rows[0]?.[1]).toBe('undefined');
  });
});
