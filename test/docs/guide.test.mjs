import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../scripts/root.mjs';
import { examplesOf } from '../harness/doc-examples.mjs';

const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`)];

/** A scratch project, and `etl` on the PATH as the built command line. */
function scratch() {
  const base = mkdtempSync(join(tmpdir(), 'etl-guide-'));
  const directory = join(base, 'project');
  mkdirSync(join(base, 'bin'));
  mkdirSync(join(directory, 'out'), { recursive: true });
  writeFileSync(join(base, 'bin/etl'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/run.js')}' "$@"\n`);
  chmodSync(join(base, 'bin/etl'), 0o755);
  const env = { PATH: `${join(base, 'bin')}:${process.env.PATH}`, HOME: base, CI: 'true', NO_COLOR: '1' };
  const run = (script) =>
    new Promise((resolve) => {
      execFile('sh', ['-euc', script], { cwd: directory, env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  const write = (path, text) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  return { run, write, end: () => rmSync(base, { recursive: true, force: true }) };
}

/** Lines without the space that only sets columns apart. */
const linesOf = (text) =>
  text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');

describe.each(pages)('the examples of %s', (page) => {
  it('run as they are written', async () => {
    const { run, write, end } = scratch();
    try {
      let printed = [];
      for (const { language, file, text, exit, manual, line } of examplesOf(join(root, page))) {
        const place = `${page}:${line}`;
        if (file !== null) write(file, text);
        else if (language === 'sh' && !manual) {
          const { code, stdout, stderr } = await run(text);
          expect({ place, code, output: code === exit ? '' : stdout + stderr }).toEqual({ place, code: exit, output: '' });
          printed = linesOf(stdout + stderr);
        } else if (language === 'text') expect({ place, printed }).toEqual({ place, printed: expect.arrayContaining(linesOf(text)) });
      }
    } finally {
      end();
    }
  }, 120_000);

  it('say what each block of a language that could be run is for', () => {
    for (const { language, file, line } of examplesOf(join(root, page)))
      if (['yaml', 'csv', 'ts', 'json'].includes(language)) expect({ place: `${page}:${line}`, file }).not.toMatchObject({ file: null });
  });
});
