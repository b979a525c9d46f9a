import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ConfigGet from '../../src/commands/config/get.js';
import ConfigList from '../../src/commands/config/list.js';
import ConfigSet from '../../src/commands/config/set.js';
import { settingsFolder } from '../../src/settings/index.js';
import { tryCommand } from '../commands/try-command.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'etl-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const attempt = (Command: Parameters<typeof tryCommand>[0], ...words: string[]) =>
  tryCommand(Command, words, { directory: folder, variables: { ETL_CONFIG_DIR: folder } });

describe("a person's own settings", () => {
  it('are kept in a file for this person alone', async () => {
    expect((await attempt(ConfigSet, 'store', 'file', '--json')).json).toEqual({
      status: 'done',
      exitCode: 0,
      name: 'store',
      value: 'file',
      isSet: true,
    });
    expect((await attempt(ConfigGet, 'store')).stdout).toBe('file\n');
    const file = join(folder, 'settings.json');
    expect([statSync(file).mode & 0o777, JSON.parse(readFileSync(file, 'utf8'))]).toEqual([0o600, { store: 'file' }]);
    expect((await attempt(ConfigList, '--json')).json).toMatchObject({
      file,
      settings: [
        { name: 'store', value: 'file', isSet: true },
        { name: 'colour', value: 'auto', isSet: false },
        { name: 'editor', value: null },
      ],
    });
    expect((await attempt(ConfigSet, 'store', '--unset', '--json')).json).toMatchObject({ value: 'keychain', isSet: false });
  });

  it.each([
    [['color', 'never'], "Did you mean 'colour'"],
    [['colour', 'pink'], 'auto, always or never'],
    [['store', 'plain'], 'keychain'],
    [['store'], 'Such as'],
    [['store', 'file', '--unset'], 'Such as'],
    [['editor', ''], 'command that opens files'],
  ])('refuse %j with what is right', async (words, right) => {
    const { exitCode, stderr } = await attempt(ConfigSet, ...words);
    expect([exitCode, stderr.includes(right) ? right : stderr]).toEqual([2, right]);
  });

  it('turn colour off and on, and the environment wins', async () => {
    await attempt(ConfigSet, 'colour', 'never');
    const colours = async (variables: NodeJS.ProcessEnv) =>
      (
        await tryCommand(ConfigList, [], { directory: folder, tty: true, variables: { ETL_CONFIG_DIR: folder, ...variables } })
      ).stdout.includes('\u001b[');
    expect([await colours({}), await colours({ FORCE_COLOR: '1' })]).toEqual([false, true]);
    await attempt(ConfigSet, 'colour', 'always');
    expect([await colours({}), await colours({ NO_COLOR: '1' })]).toEqual([true, false]);
  });

  it('say so where the file is damaged, and are not written over', async () => {
    writeFileSync(join(folder, 'settings.json'), '{ "store": ');
    for (const result of [await attempt(ConfigList), await attempt(ConfigSet, 'store', 'file')])
      expect([result.exitCode, result.stderr.includes('cannot be read')]).toEqual([2, true]);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe('{ "store": ');
  });

  it('are where the system keeps such things', () => {
    expect(settingsFolder({ ETL_CONFIG_DIR: '/a', XDG_CONFIG_HOME: '/b' })).toBe('/a');
    expect(settingsFolder({ XDG_CONFIG_HOME: '/b', HOME: '/c' })).toBe(join('/b', 'etl'));
    expect(settingsFolder({ XDG_CONFIG_HOME: '', HOME: '/c' })).toBe(join('/c', '.config', 'etl'));
  });
});
