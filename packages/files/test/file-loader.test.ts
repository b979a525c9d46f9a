import { chmod, link, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EtlError, type Schema } from '@etl/sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileError } from '../src/file-error.js';
import type { ByteStore } from '../src/index.js';
import { localWorld, readAll, runLoad, textRows, type LoadJob, type LocalWorld } from './local-world.js';

const schema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'integer', bits: 64, signed: true }, nullable: false },
    { name: 'note', type: { kind: 'text' }, nullable: true },
  ],
  key: [],
};
const rows = [
  ['1', 'a,"b"'],
  ['2', null],
  ['3', ''],
  ['4', 'line\nfeed'],
  ['5', 'ü'],
];
const batches = [rows.slice(0, 2), rows.slice(2, 3), rows.slice(3)].map((some) => textRows(schema, some));
const job = (given: Partial<LoadJob> = {}): LoadJob => ({ schema, batches, mode: 'replace', run: 'r1', ...given });
const csv = '1,"a,""b"""\n2,\n3,""\n4,"line\nfeed"\n5,ü\n';

let world: LocalWorld;
beforeEach(async () => {
  world = await localWorld();
});
afterEach(() => world.close());
const files = async (): Promise<string[]> => (await readdir(world.folder)).sort();

describe('A load into a file', () => {
  it.each([
    ['out.csv', `id,note\n${csv}`],
    ['out.tsv', 'id\tnote\n1\t"a,""b"""\n2\t\n3\t""\n4\t"line\nfeed"\n5\tü\n'],
    [
      'out.ndjson',
      '{"id":1,"note":"a,\\"b\\""}\n{"id":2,"note":null}\n{"id":3,"note":""}\n{"id":4,"note":"line\\nfeed"}\n{"id":5,"note":"ü"}\n',
    ],
    [
      'deep/er/out.json',
      '[\n{"id":1,"note":"a,\\"b\\""},\n{"id":2,"note":null},\n{"id":3,"note":""},\n{"id":4,"note":"line\\nfeed"},\n{"id":5,"note":"ü"}\n]\n',
    ],
  ])('writes %s so that every reader understands it, and nothing else beside it', async (file, text) => {
    await runLoad(world.loader({ file }), job());
    expect(await world.get(file)).toBe(text);
    expect(await files()).toEqual([file.split('/')[0]]);
    expect((await readAll(world.extractor({ file }))).rows).toEqual(rows);
  });

  it.each([
    [{ quote: 'always' }, '"id","note"\n"1","a,""b"""\n"2",\n"3",""\n"4","line\nfeed"\n"5","ü"\n'],
    [{ delimiter: ';', header: false }, '1;"a,""b"""\n2;\n3;""\n4;"line\nfeed"\n5;ü\n'],
    [{ newline: 'crlf', bom: true, null: 'NULL' }, '\uFEFFid,note\r\n1,"a,""b"""\r\n2,NULL\r\n3,""\r\n4,"line\nfeed"\r\n5,ü\r\n'],
  ])('writes CSV with %j', async (options, text) => {
    await runLoad(world.loader({ file: 'out.csv', ...options }), job());
    expect(await world.get('out.csv')).toBe(text);
  });

  it('packs with gzip, and appends a member that readers see as one file', async () => {
    for (const [run, mode] of [
      ['r1', 'replace'],
      ['r2', 'append'],
    ] as const)
      await runLoad(world.loader({ file: 'out.csv.gz' }), job({ run, mode }));
    const { readFile } = await import('node:fs/promises');
    expect(gunzipSync(await readFile(join(world.folder, 'out.csv.gz'))).toString()).toBe(`id,note\n${csv}${csv}`);
    expect((await readAll(world.extractor({ file: 'out.csv.gz' }))).rows).toEqual([...rows, ...rows]);
  });

  it('rejects a row with characters that the encoding lacks, and writes the others', async () => {
    const some = textRows(schema, [
      ['1', 'é'],
      ['2', '漢'],
      ['3', 'x'],
    ]);
    const { rejects } = await runLoad(world.loader({ file: 'out.csv', encoding: 'windows-1252' }), job({ batches: [some] }));
    expect(rejects).toMatchObject([{ field: 'note', code: 'encoding', values: ['2', '漢'] }]);
    expect((await readAll(world.extractor({ file: 'out.csv', encoding: 'windows-1252' }))).rows).toEqual([
      ['1', 'é'],
      ['3', 'x'],
    ]);
  });

  it.each(['csv', 'ndjson', 'json', 'csv.gz'])('appends to a %s file, with its columns in its order', async (extension) => {
    const file = `out.${extension}`;
    await runLoad(world.loader({ file }), job());
    const turned: Schema = { ...schema, fields: [...schema.fields].reverse() };
    await runLoad(world.loader({ file }), job({ run: 'r2', mode: 'append', schema: turned, batches: [textRows(turned, [['z', '6']])] }));
    expect((await readAll(world.extractor({ file }))).rows).toEqual([...rows, ['6', 'z']]);
  });

  it('appends to a file whose last line does not end, and to one that is empty', async () => {
    await world.put('out.csv', 'note,id\nx,0');
    await runLoad(world.loader({ file: 'out.csv' }), job({ mode: 'append', batches: [textRows(schema, [['1', 'a']])] }));
    expect(await world.get('out.csv')).toBe('note,id\nx,0\na,1\n');
    await world.put('empty.csv', '');
    await runLoad(world.loader({ file: 'empty.csv' }), job({ mode: 'append', run: 'r2', batches: [textRows(schema, [['1', 'a']])] }));
    expect(await world.get('empty.csv')).toBe('id,note\n1,a\n');
  });

  it('refuses to append other columns, and leaves the file as it was', async () => {
    await world.put('out.csv', 'id,other\n0,x\n');
    await expect(runLoad(world.loader({ file: 'out.csv' }), job({ mode: 'append' }))).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining('note'),
      hint: expect.any(String),
    });
    expect(await world.get('out.csv')).toBe('id,other\n0,x\n');
    expect(await files()).toEqual(['out.csv']);
  });

  it('keeps the mode of the file that it replaces, gives a new one what the umask leaves, and hides the unfinished one', async () => {
    await world.put('old.csv', 'x\n');
    await chmod(join(world.folder, 'old.csv'), 0o640);
    const seen: number[] = [];
    const look = async (name: string): Promise<void> => {
      if (name !== 'file.sealed') return;
      for (const file of await files()) if (file.startsWith('.')) seen.push((await stat(join(world.folder, file))).mode & 0o777);
    };
    await runLoad(world.loader({ file: 'old.csv' }, look), job());
    await runLoad(world.loader({ file: 'new.csv' }, look), job({ run: 'r2' }));
    expect(seen).toEqual([0o600, 0o600]);
    const mode = async (file: string): Promise<number> => (await stat(join(world.folder, file))).mode & 0o777;
    await world.put('plain.txt', '');
    expect(await mode('old.csv')).toBe(0o640);
    expect(await mode('new.csv')).toBe(await mode('plain.txt'));
  });

  it('writes through a symbolic link, and leaves other links to the old file alone', async () => {
    await world.put('data/real.csv', 'old\n');
    await symlink('data/real.csv', join(world.folder, 'out.csv'));
    await link(join(world.folder, 'data/real.csv'), join(world.folder, 'other.csv'));
    await runLoad(world.loader({ file: 'out.csv' }), job());
    expect(await world.get('data/real.csv')).toBe(`id,note\n${csv}`);
    expect(await world.get('other.csv')).toBe('old\n');
  });

  it('refuses a path out of its folder, a pattern, a folder and a mode that files do not have', async () => {
    await expect(runLoad(world.loader({ file: '../out.csv' }), job())).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('path:'),
    });
    expect(() => world.loader({ file: '*.csv' })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => world.loader({ file: 'out.dat' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('format:') }),
    );
    await mkdir(join(world.folder, 'folder.csv'));
    await expect(runLoad(world.loader({ file: 'folder.csv' }), job({ mode: 'append' }))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(runLoad(world.loader({ file: 'out.csv' }), job({ mode: 'merge' }))).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  });
});

const failAfter = (bytes: number, native: string, store: ByteStore): ByteStore => ({
  ...store,
  async stage(path, options) {
    const staged = await store.stage(path, options);
    return new Proxy(staged, {
      get(target, name) {
        if (name === 'write')
          return async (chunk: Uint8Array) => {
            if (target.length + chunk.length > bytes) throw fileError(Object.assign(new Error(native), { code: native }), path);
            await target.write(chunk);
          };
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
      },
    });
  },
});

describe('A load that cannot go on', () => {
  it('says DISK_FULL, leaves the target as it was and nothing beside it, and can run again', async () => {
    await world.put('out.csv', 'old\n');
    const full = world.loader({ file: 'out.csv' }, undefined, failAfter(30, 'ENOSPC', world.store));
    await expect(runLoad(full, job())).rejects.toMatchObject({ code: 'DISK_FULL', hint: expect.any(String) });
    expect(await world.get('out.csv')).toBe('old\n');
    expect(await files()).toEqual(['out.csv']);
    await expect(runLoad(world.loader({ file: 'out.csv' }), job())).rejects.toMatchObject({ code: 'STAGING_LOST' });
    await runLoad(world.loader({ file: 'out.csv' }), job());
    expect(await world.get('out.csv')).toBe(`id,note\n${csv}`);
  });

  it.each(
    ['csv', 'ndjson', 'json', 'csv.gz'].flatMap((extension) =>
      (['replace', 'append'] as const).flatMap((mode) => [true, false].map((killed) => ({ extension, mode, killed }))),
    ),
  )(
    'ends as if it had never been stopped, wherever it was stopped ($extension, $mode, killed: $killed)',
    async ({ extension, mode, killed }) => {
      const file = `out.${extension}`;
      const before = job({ run: 'r0', batches: [textRows(schema, [['0', 'old']])] });
      await runLoad(world.loader({ file }), before);
      const trace: string[] = [];
      const record = async (name: string): Promise<void> => void trace.push(name);
      await runLoad(world.loader({ file }, record), job({ mode }));
      const wanted = (await readAll(world.extractor({ file }))).rows;
      expect(wanted).toEqual(mode === 'append' ? [['0', 'old'], ...rows] : rows);
      expect(new Set(trace)).toEqual(
        new Set([
          'file.begun',
          'file.sealed',
          'file.intended',
          'file.renamed',
          'file.published',
          ...(extension === 'csv' || extension === 'ndjson' ? ['file.synced', 'file.saved'] : []),
        ]),
      );
      for (let hit = 1; hit <= trace.length; hit++) {
        const other = await localWorld();
        try {
          await runLoad(other.loader({ file }), before);
          let left = hit;
          const stop = async (name: string): Promise<void> => {
            if (--left === 0) throw new EtlError('INTERNAL', `stopped at ${name}`);
          };
          await expect(runLoad(other.loader({ file }, stop), job({ mode, killed }))).rejects.toMatchObject({ code: 'INTERNAL' });
          await runLoad(other.loader({ file }), job({ mode }));
          expect((await readAll(other.extractor({ file }))).rows).toEqual(wanted);
          expect(await readdir(other.folder)).toEqual([file]);
        } finally {
          await other.close();
        }
      }
    },
  );

  it('goes on behind the last saved mark instead of beginning again', async () => {
    let saves = 0;
    const stop = async (name: string): Promise<void> => {
      if (name === 'file.saved' && ++saves === 2) throw new EtlError('INTERNAL', 'stopped');
    };
    await expect(runLoad(world.loader({ file: 'out.csv' }, stop), job())).rejects.toMatchObject({ code: 'INTERNAL' });
    const loader = world.loader({ file: 'out.csv' });
    expect(loader.traits.resume).toBe('chunk');
    expect((await loader.state('job/load')).unfinished?.marks).toEqual({ p: 2 });
    await runLoad(loader, job());
    expect(await world.get('out.csv')).toBe(`id,note\n${csv}`);
  });

  it('does not publish over what another program appended meanwhile, nor lose it', async () => {
    await world.put('out.csv', 'id,note\n0,x\n');
    const meddle = async (name: string): Promise<void> => {
      if (name === 'file.sealed') await world.put('out.csv', 'id,note\n0,x\n0,y\n');
    };
    await expect(runLoad(world.loader({ file: 'out.csv' }, meddle), job({ mode: 'append' }))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await world.get('out.csv')).toBe('id,note\n0,x\n0,y\n');
    await expect(runLoad(world.loader({ file: 'out.csv' }), job({ mode: 'append' }))).rejects.toMatchObject({ code: 'STAGING_LOST' });
    await runLoad(world.loader({ file: 'out.csv' }), job({ mode: 'append' }));
    expect(await world.get('out.csv')).toBe(`id,note\n0,x\n0,y\n${csv}`);
  });

  it('knows its rows again where it was killed behind the rename and another program appended since', async () => {
    await world.put('out.csv', 'id,note\n0,x\n');
    const stop = async (name: string): Promise<void> => {
      if (name === 'file.renamed') throw new EtlError('INTERNAL', 'stopped');
    };
    await expect(runLoad(world.loader({ file: 'out.csv' }, stop), job({ mode: 'append' }))).rejects.toMatchObject({ code: 'INTERNAL' });
    await world.put('out.csv', `id,note\n0,x\n${csv}9,z\n`);
    const loader = world.loader({ file: 'out.csv' });
    expect((await loader.state('job/load')).published).toMatchObject({ run: 'r1', counts: { inserted: 5 } });
    await runLoad(loader, job({ mode: 'append' }));
    expect(await world.get('out.csv')).toBe(`id,note\n0,x\n${csv}9,z\n`);
  });
});
