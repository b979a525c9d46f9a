import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedPages } from './docs/generated-pages.mjs';
import { root } from './root.mjs';

/** Writes the pages that are made from the code; with `--check` it writes nothing and names those that are not as the code says. */
const check = process.argv.includes('--check');
const pages = await generatedPages();
const filesIn = (folder, ending) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true })
        .filter((path) => path.endsWith(ending))
        .map((path) => join(folder, path))
    : [];
const left = [...filesIn('docs/reference', '.md'), ...filesIn('catalogue', '.json')].filter((path) => !pages.has(path));
const stale = [...pages].filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text);

if (check) {
  for (const path of [...stale.map(([path]) => path), ...left]) process.stdout.write(`${path} is not as the code says: npm run docs\n`);
  process.exitCode = stale.length + left.length === 0 ? 0 : 1;
} else {
  for (const path of left) rmSync(join(root, path));
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
