import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileCacheFolder } from '../../src/terminal/compile-cache.js';

describe('where compiled code is kept', () => {
  const home = join('/home', 'ada');
  it.each([
    ['linux', {}, join(home, '.cache/etl/code')],
    ['linux', { XDG_CACHE_HOME: '/var/cache/ada' }, join('/var/cache/ada', 'etl/code')],
    ['linux', { XDG_CACHE_HOME: '' }, join(home, '.cache/etl/code')],
    ['darwin', {}, join(home, 'Library/Caches/etl/code')],
    ['win32', { LOCALAPPDATA: '/local' }, join('/local', 'etl/code')],
    ['win32', {}, join(home, 'AppData/Local/etl/code')],
  ] as const)('is the folder for caches of %s with %j', (platform, variables, folder) => {
    expect(compileCacheFolder(variables, { platform, home })).toBe(folder);
  });
});
