import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDatabase } from '../src/index.js';
import { inFolder } from './temporary-folder.js';

const children: ChildProcess[] = [];

/** A process that opens a database and says `open` or why not, then waits. */
async function otherProcess(path: string): Promise<{ child: ChildProcess; said: string }> {
  const api = createRequire(import.meta.url).resolve('@duckdb/node-api');
  const script = `const { DuckDBInstance } = require(${JSON.stringify(api)}); DuckDBInstance.create(${JSON.stringify(path)}).then((i) => { globalThis.i = i; console.log('open'); setInterval(() => i, 1e6); }, (e) => console.log(e.message));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString() };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('a database', () => {
  it('is one instance however often and by whatever path it is opened, until the last one closes it', () =>
    inFolder(async (folder) => {
      await symlink(folder, `${folder}-link`);
      const temporary = join(folder, 'tmp');
      const first = await openDatabase(join(folder, 'a.duckdb'), { temporary });
      const second = await openDatabase(join(`${folder}-link`, 'a.duckdb'), { temporary });
      await (await first.connect()).run('create table t as select 42 as n');
      await first.close();
      await first.close();
      expect(await (await second.connect()).rows('select n from t')).toEqual([{ n: 42 }]);
      expect((await otherProcess(join(folder, 'a.duckdb'))).said).toContain('lock');
      await second.close();
      expect((await otherProcess(join(folder, 'a.duckdb'))).said).toContain('open');
    }));

  it('opened at once by many callers is still one instance', () =>
    inFolder(async (folder) => {
      const all = await Promise.all(Array.from({ length: 8 }, () => openDatabase(join(folder, 'a.duckdb'), { temporary: folder })));
      await (await (all[0] ?? (await openDatabase(':memory:', { temporary: folder }))).connect()).run('create table t (n int)');
      for (const one of all) expect(await (await one.connect()).rows('select count(*) as n from t')).toEqual([{ n: 0n }]);
      for (const one of all) await one.close();
    }));

  it('that another process holds is LOCKED, with that process', () =>
    inFolder(async (folder) => {
      const { child } = await otherProcess(join(folder, 'a.duckdb'));
      await expect(openDatabase(join(folder, 'a.duckdb'), { temporary: folder })).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(String(child.pid)) as unknown,
        details: { pid: child.pid },
        hint: expect.stringContaining('one process') as unknown,
      });
      const left = once(child, 'exit');
      child.kill('SIGKILL');
      await left;
      await (await openDatabase(join(folder, 'a.duckdb'), { temporary: folder })).close();
    }));

  it('cannot be open for reading only and for writing at once', () =>
    inFolder(async (folder) => {
      const writing = await openDatabase(join(folder, 'a.duckdb'), { temporary: folder });
      await expect(openDatabase(join(folder, 'a.duckdb'), { temporary: folder, readOnly: true })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      await writing.close();
      const reading = await openDatabase(join(folder, 'a.duckdb'), { temporary: folder, readOnly: true });
      await expect((await reading.connect()).run('create table t (n int)')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      await reading.close();
    }));

  it('says what is wrong with a path', () =>
    inFolder(async (folder) => {
      const temporary = join(folder, 'tmp');
      await writeFile(join(folder, 'text.duckdb'), 'not a database at all, '.repeat(500));
      await writeFile(join(folder, 'empty.duckdb'), '');
      await mkdir(join(folder, 'folder.duckdb'));
      await expect(openDatabase(join(folder, 'text.duckdb'), { temporary })).rejects.toMatchObject({ code: 'DATA_INVALID' });
      await expect(openDatabase(join(folder, 'empty.duckdb'), { temporary })).rejects.toMatchObject({ code: 'DATA_INVALID' });
      await expect(openDatabase(join(folder, 'folder.duckdb'), { temporary })).rejects.toMatchObject({ code: 'DATA_INVALID' });
      await expect(openDatabase(join(folder, 'no', 'a.duckdb'), { temporary })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(openDatabase(join(folder, 'absent.duckdb'), { temporary, readOnly: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(stat(join(folder, 'absent.duckdb'))).rejects.toMatchObject({ code: 'ENOENT' });
    }));

  it('lets SQL reach its allowed folders and nothing else, and cannot be talked out of it', () =>
    inFolder(async (folder) => {
      const [inside, outside] = [join(folder, 'inside'), join(folder, 'outside')];
      for (const one of [inside, outside]) await mkdir(one);
      for (const one of [inside, outside]) await writeFile(join(one, 'f.csv'), 'a\n1\n');
      const database = await openDatabase(':memory:', { temporary: join(folder, 'tmp'), allowed: [inside] });
      const session = await database.connect();
      expect(await session.rows(`select * from read_csv('${inside}/f.csv')`)).toEqual([{ a: 1n }]);
      for (const statement of [
        `select * from read_csv('${outside}/f.csv')`,
        `select * from '${inside}/../outside/f.csv'`,
        `copy (select 1) to '${outside}/g.csv'`,
        `attach '${outside}/x.duckdb'`,
        `set enable_external_access = true`,
        `set allowed_directories = ['${outside}']`,
        `set lock_configuration = false`,
        `set memory_limit = '64GB'`,
        `set TimeZone = 'Asia/Tokyo'`,
        `install httpfs`,
        `load httpfs`,
      ])
        await expect(session.run(statement)).rejects.toMatchObject({
          code: expect.stringMatching(/PERMISSION_DENIED|SQL_FAILED/) as unknown,
        });
      expect(await session.rows(`select current_setting('TimeZone') as z`)).toEqual([{ z: 'UTC' }]);
      await database.close();
    }));
});
