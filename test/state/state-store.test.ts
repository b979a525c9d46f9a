import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { emptyDocument, type LoadDocument } from '@etl/sdk';
import fc from 'fast-check';
import { openStateStore, safeName } from '../../src/state/index.js';
import { buildProgram, startProgram } from './program.js';
import { temporaryFolders } from './temporary-folder.js';

const counts = { in: 3, inserted: 1, updated: 1, unchanged: 1, skipped: 0, deduplicated: 0, rejected: 0, deleted: 0 };
const full: LoadDocument = {
  epoch: 1,
  cursors: { 'orders "x"': { v: ['12345678901234567890.12', null, '\u2028'] }, __proto: 'x' },
  published: { run: 'r1', counts, summary: { a: [1, true, null] } },
  unfinished: { run: 'r2', fingerprint: 'f', plan: { parts: [] }, marks: { 'part/1': { position: 'ü', done: false } } },
  intent: { path: '/a/b' },
};

describe('state store', () => {
  const newFolder = temporaryFolders();
  let raiseEpoch: string;
  beforeAll(async () => {
    raiseEpoch = await buildProgram('raise-epoch');
  });

  it('returns what was put, exactly, and an empty document of epoch 0 for what never was', async () => {
    const directory = join(await newFolder(), 'state');
    expect(await openStateStore(directory).get('a/b')).toEqual(emptyDocument);
    await openStateStore(directory).put('a/b', 0, full);
    expect(await openStateStore(directory).get('a/b')).toEqual(full);
    expect(await openStateStore(directory).get('a/B')).toEqual(emptyDocument);
  });

  it('refuses a put on an epoch that is no longer the stored one, and keeps the stored document', async () => {
    const store = openStateStore(join(await newFolder(), 'state'));
    await store.put('a/b', 0, full);
    await expect(store.put('a/b', 0, emptyDocument)).rejects.toMatchObject({ code: 'FENCED', details: { expected: 0, found: 1 } });
    await expect(store.put('a/b', 2, emptyDocument)).rejects.toMatchObject({ code: 'FENCED' });
    expect(await store.get('a/b')).toEqual(full);
  });

  it('lets exactly one of several puts on the same epoch through, within one process', async () => {
    const store = openStateStore(join(await newFolder(), 'state'));
    const puts = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => store.put('a', 0, { ...emptyDocument, epoch: 1, cursors: { n } })));
    expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = puts.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect((await store.get('a')).cursors).toEqual({ n: winner });
  });

  it('loses no update and applies none twice among processes that race, some of them killed', async () => {
    const directory = join(await newFolder(), 'state');
    const id = 'Täglich/../orders';
    const running = Array.from({ length: 6 }, () => startProgram(raiseEpoch, { directory, id, times: 40 }));
    setTimeout(() => running.slice(0, 2).forEach(({ child }) => child.kill('SIGKILL')), 900);
    const ended = await Promise.all(running.map(({ ended: end }) => end));
    const survivors = ended.filter(({ signal }) => signal === null);
    expect(survivors.length).toBeGreaterThanOrEqual(4);
    for (const { code, stdout } of survivors) expect({ code, stdout }).toEqual({ code: 0, stdout: '+'.repeat(40) });
    const told = ended.reduce((sum, { stdout }) => sum + stdout.length, 0);
    const { epoch, cursors } = await openStateStore(directory).get(id);
    expect(cursors['n']).toBe(epoch);
    // A killed process may have put once more than it could tell.
    expect(epoch).toBeGreaterThanOrEqual(told);
    expect(epoch).toBeLessThanOrEqual(told + 2);
    // Real contention, not one after the other.
    expect(survivors.reduce((sum, { stderr }) => sum + Number(stderr), 0)).toBeGreaterThan(0);
  }, 60_000);

  it.each([
    ['is empty', '', 'it is empty'],
    ['is cut off', '{"version":1,"id":"a","docu', 'is damaged'],
    ['holds zeros', '\0\0\0\0', 'is damaged'],
    ['lacks a member', '{"version":1,"id":"a","document":{"epoch":1}}', 'document.cursors'],
    ['has a wrong epoch', JSON.stringify({ version: 1, id: 'a', document: { ...full, epoch: -1 } }), 'document.epoch'],
    ['is of a newer etl', '{"version":2}', 'newer etl'],
    ['belongs to another load', JSON.stringify({ version: 1, id: 'b', document: full }), 'holds the state of load b'],
  ])('names file and cure when the file %s, and does not overwrite it', async (_, text, said) => {
    const directory = await newFolder();
    const path = join(directory, `${safeName('a')}.json`);
    await writeFile(path, text);
    const store = openStateStore(directory);
    const refused = { code: 'DATA_INVALID', message: expect.stringContaining(path), hint: expect.stringMatching(/\w{3}/) };
    await expect(store.get('a')).rejects.toMatchObject(refused);
    await expect(store.get('a')).rejects.toThrow(said);
    await expect(store.put('a', 0, emptyDocument)).rejects.toMatchObject(refused);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('keeps folder and files for this user alone', async () => {
    const directory = join(await newFolder(), 'x', 'state');
    await openStateStore(directory).put('a', 0, full);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory)) {
      if (name.endsWith('.json')) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });

  it('tells a file in the place of its folder from missing state', async () => {
    const file = join(await newFolder(), 'state');
    await writeFile(file, 'x');
    await expect(openStateStore(file).get('a')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(file) });
    await expect(openStateStore(file).put('a', 0, full)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('safeName', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('..', '.', '', 'CON', 'con', 'a/b', 'A/b', 'a\\b', 'a%2fb', 'nul', 'lpt1', 'a\0b', 'a ', 'a.'),
  );

  it('gives different texts different names, ignoring case', () => {
    fc.assert(
      fc.property(nasty, nasty, (a, b) => {
        expect(safeName(a).toLowerCase() === safeName(b).toLowerCase()).toBe(a === b);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives short names of harmless characters that no system reserves', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(safeName(text)).toMatch(/^[a-z0-9_%-]{1,160}$/);
        expect(safeName(text)).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/);
      }),
    );
  });
});
