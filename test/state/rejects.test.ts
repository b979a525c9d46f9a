import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Schema } from '@etl/sdk';
import fc from 'fast-check';
import {
  countRejects,
  discardRejects,
  etlPaths,
  openRejects,
  readRejects,
  rejectsToCsv,
  rejectsToNdjson,
  saveRun,
  writeManifest,
  type RejectedRow,
  type RejectRecord,
  type RejectsFile,
} from '../../src/state/index.js';
import { runRecord } from './run-record.js';
import { buildProgram, startProgram } from './program.js';
import { temporaryFolders } from './temporary-folder.js';

const schemaOf = (...names: string[]): Schema => ({
  fields: names.map((name) => ({ name, type: { kind: 'text' }, nullable: true })),
  key: [],
});
const rejected = (values: readonly (string | null)[], more: Partial<RejectedRow> = {}): RejectedRow => ({
  step: 'cast',
  reason: 'total is no number',
  values,
  schema: schemaOf('id', 'total'),
  ...more,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('rejects of a run', () => {
  const newFolder = temporaryFolders();
  let appendRejects: string;
  beforeAll(async () => {
    appendRejects = await buildProgram('append-rejects');
  });
  const opened = (etl: string, { dataset = 'orders', part = '1', run = 'r1' } = {}): Promise<RejectsFile> =>
    openRejects({ folder: etlPaths(etl).run(run), run, job: 'daily', dataset, part });

  it('keep row, reason, step, place and run exactly as given', async () => {
    const etl = await newFolder();
    const file = await opened(etl);
    const nasty = ['"\n\r\u2028\u2029\u0000ü𝄞', null];
    await file.append([rejected(nasty, { code: 'CAST', field: 'total', place: 'a.csv:7', origin: { part: '1', first: 7 } })]);
    await file.append([rejected(['1', '2', '3'], { reason: '3 cells where 2 belong' })]);
    await file.sync();
    await file.close();
    const records = await all(readRejects(etl, 'r1'));
    const facts = { run: 'r1', job: 'daily', dataset: 'orders', step: 'cast' };
    expect(records).toEqual([
      {
        ...facts,
        reason: 'total is no number',
        code: 'CAST',
        field: 'total',
        place: 'a.csv:7',
        number: 7,
        row: { id: nasty[0], total: null },
        values: null,
      },
      {
        ...facts,
        reason: '3 cells where 2 belong',
        code: null,
        field: null,
        place: null,
        number: null,
        row: null,
        values: ['1', '2', '3'],
      },
    ]);
    expect((await stat(join(etlPaths(etl).run('r1'), 'rejects', 'orders.1.ndjson'))).mode & 0o777).toBe(0o600);
  });

  it('keep a column called __proto__', async () => {
    const etl = await newFolder();
    const file = await opened(etl);
    await file.append([rejected(['a', 'b'], { schema: schemaOf('__proto__', 'constructor') })]);
    await file.close();
    const [record] = await all(readRejects(etl, 'r1'));
    expect(Object.entries(record?.row ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect((await all(rejectsToCsv(() => readRejects(etl, 'r1')))).join('')).toContain('\r\na,b,');
  });

  it('never double or lose a row when a killed run goes on behind its last saved offset', async () => {
    const folder = await newFolder();
    for (let round = 0; round < 4; round += 1) {
      const { child, ended } = startProgram(appendRejects, { folder: etlPaths(folder).run('r') });
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill('SIGKILL');
      const saved =
        (await ended).stdout
          .split('\n')
          .filter((line) => /^\d+:\d+$/.test(line))
          .at(-1) ?? '';
      const [offset = 0, rows = 0] = saved.split(':').map(Number);
      // Readable in between, although its last line may be torn.
      expect((await all(readRejects(folder, 'r'))).length).toBeGreaterThanOrEqual(rows);
      const file = await openRejects({ folder: etlPaths(folder).run('r'), run: 'r', job: 'j', dataset: 'd', part: 'p' });
      expect(file.offset).toBeGreaterThanOrEqual(offset);
      await file.truncate(offset);
      expect((await all(readRejects(folder, 'r'))).map(({ values }) => values?.[0])).toEqual(
        Array.from({ length: rows }, (_, index) => String(index)),
      );
      await file.truncate(0);
      await file.close();
    }
  }, 60_000);

  it('say so when less is there than was saved', async () => {
    const etl = await newFolder();
    const file = await opened(etl);
    await file.append([rejected(['1', 'x'])]);
    const saved = await file.sync();
    await file.close();
    await truncate(join(etlPaths(etl).run('r1'), 'rejects', 'orders.1.ndjson'), 10);
    const again = await opened(etl);
    await expect(again.truncate(saved)).rejects.toMatchObject({ code: 'STAGING_LOST' });
    await again.close();
  });

  it('name file and line of damage in their middle', async () => {
    const etl = await newFolder();
    const file = await opened(etl);
    await file.append([rejected(['1', 'x']), rejected(['2', 'y'])]);
    await file.close();
    const path = join(etlPaths(etl).run('r1'), 'rejects', 'orders.1.ndjson');
    const [first = '', second = ''] = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, `${first.slice(0, 20)}\n${second}\n`);
    await expect(all(readRejects(etl, 'r1'))).rejects.toMatchObject({ code: 'DATA_INVALID', place: { file: path, line: 1 } });
  });

  it('are counted by dataset, step and reason, and filtered', async () => {
    const etl = await newFolder();
    const orders = await opened(etl);
    await orders.append([
      rejected(['1', 'x'], { field: 'total' }),
      rejected(['2', 'x']),
      rejected(['3', ''], { step: 'check', reason: 'total is empty' }),
    ]);
    await orders.close();
    const people = await opened(etl, { dataset: 'people' });
    await people.append([rejected(['9', 'x'])]);
    await people.close();
    expect(await countRejects(etl, 'r1')).toEqual([
      { dataset: 'orders', step: 'cast', reason: 'total is no number', rows: 2 },
      { dataset: 'orders', step: 'check', reason: 'total is empty', rows: 1 },
      { dataset: 'people', step: 'cast', reason: 'total is no number', rows: 1 },
    ]);
    expect(await all(readRejects(etl, 'r1', { dataset: 'orders', step: 'cast', field: 'total' }))).toHaveLength(1);
    expect(await all(readRejects(etl, 'never'))).toEqual([]);
  });

  it('are exported as CSV and NDJSON from which every cell can be read again', async () => {
    const cell = fc.option(fc.string({ unit: 'binary' }), { nil: null });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), async (rows) => {
        const records = rows.map(([a, b]): RejectRecord => ({ ...facts, row: { 'a,"': a, b }, values: null }));
        const open = async function* (): AsyncGenerator<RejectRecord> {
          yield* records;
        };
        const [header, ...lines] = parseCsv((await all(rejectsToCsv(open))).join(''));
        expect(header?.slice(0, 3)).toEqual(['a,"', 'b', '_etl_run']);
        expect(lines.map(([a, b]) => [a, b])).toEqual(rows);
        const ndjson = (await all(rejectsToNdjson(open))).join('');
        expect(
          ndjson
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as unknown),
        ).toEqual(records);
      }),
      { numRuns: 50 },
    );
  });

  it('are discarded with a finished run only', async () => {
    const etl = await newFolder();
    await saveRun(etl, runRecord({ id: 'r1', job: 'daily', status: 'failed' }));
    const file = await opened(etl);
    await file.append([rejected(['1', 'x']), rejected(['2', 'x'])]);
    await file.close();
    const manifest = { run: 'r1', started: '2026-11-20T10:00:00Z', phase: 'running', data: null } as const;
    await writeManifest(etl, 'daily', manifest);
    await expect(discardRejects(etl, 'r1')).rejects.toMatchObject({ code: 'BUSY' });
    expect(await all(readRejects(etl, 'r1'))).toHaveLength(2);
    await writeManifest(etl, 'daily', { ...manifest, run: 'r2' });
    expect(await discardRejects(etl, 'r1')).toMatchObject({ rows: 2 });
    expect(await discardRejects(etl, 'r1')).toEqual({ rows: 0, bytes: 0 });
    await expect(discardRejects(etl, 'r7')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

const facts = { run: 'r', job: 'j', dataset: 'd', step: 's', reason: 'r', code: null, field: null, place: null, number: null };

/** A reader of RFC 4180 that tells null (nothing) from an empty text (quotes). */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    let value: string | null = null;
    if (text[at] === '"') {
      value = '';
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (text[at] === '"') at += 1;
        value += text[at] ?? '';
      }
      at += 1;
    } else {
      const end = /,|\r\n/g;
      end.lastIndex = at;
      const stop = end.exec(text)?.index ?? text.length;
      value = stop === at ? null : text.slice(at, stop);
      at = stop;
    }
    row.push(value);
    if (text.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else at += 1;
  }
  return rows;
}
