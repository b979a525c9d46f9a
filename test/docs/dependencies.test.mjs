import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../scripts/root.mjs';

const manifests = [
  '.',
  ...['packages', 'plugins'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name))),
].map((path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')));
const section = (heading) =>
  readFileSync(join(root, 'docs/decisions/dependencies.md'), 'utf8')
    .split(/^## /m)
    .find((text) => text.startsWith(heading)) ?? '';
const listed = (heading) => [...section(heading).matchAll(/^\| `([^`]+)` \| .{4,} \|$/gm)].map(([, name]) => name).sort();
const declared = (...kinds) =>
  [...new Set(manifests.flatMap((manifest) => kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}))))]
    .filter((name) => !name.startsWith('@etl/'))
    .sort();

describe('dependencies', () => {
  it('at run time each have a reason', () => {
    expect(listed('At run time')).toEqual(declared('dependencies', 'optionalDependencies', 'peerDependencies'));
  });

  it('for building and testing each have a reason', () => {
    expect(listed('To build and test')).toEqual(declared('devDependencies'));
  });

  it('are pinned to one exact version, the same in every package', () => {
    const versions = manifests.flatMap((manifest) =>
      ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.entries(manifest[kind] ?? {})),
    );
    for (const [name, version] of versions.filter(([name]) => !name.startsWith('@etl/'))) {
      expect({ name, version }).toEqual({ name, version: expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/) });
      expect({ name, versions: [...new Set(versions.filter(([other]) => other === name).map(([, each]) => each))] }).toEqual({
        name,
        versions: [version],
      });
    }
  });
});
