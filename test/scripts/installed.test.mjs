import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isInstalled } from '../../scripts/installed.mjs';

const lock = {
  '': { name: 'root' },
  'packages/own': { version: '1.0.0' },
  'node_modules/own': { resolved: 'packages/own', link: true },
  'node_modules/plain': { version: '1.2.3' },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
};

describe('knowing whether packages are installed', () => {
  let directory;
  const write = (path, value) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), JSON.stringify(value));
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'etl-installed-'));
    write('package-lock.json', { packages: lock });
    const present = Object.fromEntries(Object.entries(lock).filter(([path]) => !path.endsWith('other-platform')));
    write('node_modules/.package-lock.json', { packages: present });
    write('node_modules/plain/package.json', {});
    write('node_modules/own/package.json', {});
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is content with what the lock says, without the packages for other platforms', () => {
    expect(isInstalled(directory)).toBe(true);
  });

  it('sees that nothing is installed, or that an installation was interrupted', () => {
    rmSync(join(directory, 'node_modules/.package-lock.json'));
    expect(isInstalled(directory)).toBe(false);
    rmSync(join(directory, 'node_modules'), { recursive: true });
    expect(isInstalled(directory)).toBe(false);
  });

  it('sees a package that the lock wants in another version, or newly', () => {
    write('package-lock.json', { packages: { ...lock, 'node_modules/plain': { version: '1.2.4' } } });
    expect(isInstalled(directory)).toBe(false);
    write('package-lock.json', { packages: { ...lock, 'node_modules/new': { version: '1.0.0' } } });
    expect(isInstalled(directory)).toBe(false);
  });

  it.each(['node_modules/plain', 'node_modules/own'])('sees that %s was deleted', (path) => {
    rmSync(join(directory, path), { recursive: true });
    expect(isInstalled(directory)).toBe(false);
  });
});
