import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../scripts/root.mjs';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

const anchorsOf = (path) =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('links in the documentation', () => {
  it.each(pages)('of %s lead to a file and a heading that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/^```.*?^```$/gms, '');
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file, anchor] = target.split('#');
      const path = file === '' ? join(root, page) : join(root, dirname(page), file);
      expect({ page, target, exists: existsSync(path) }).toEqual({ page, target, exists: true });
      if (anchor !== undefined) expect({ target, anchors: anchorsOf(path) }).toEqual({ target, anchors: expect.arrayContaining([anchor]) });
    }
  });

  it('never name a machine path or a registry', () => {
    for (const page of pages)
      expect({ page, text: readFileSync(join(root, page), 'utf8').match(/\/work\/|\/tmp\/|registry\.npmjs/)?.[0] ?? null }).toEqual({
        page,
        text: null,
      });
  });
});
