import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { root } from './root.mjs';

const longest = 300;
const vague = /^(utils?|helpers?|common|misc|shared|types|constants|interfaces|functions|stuff|lib|core)$/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The problems of one source file: what it is called and how long it is. */
export function problemsOf(path, text) {
  const name = basename(path).replace(/(\.[a-z0-9-]+)*\.[cm]?[jt]s$/, '');
  const lines = text.split('\n').length - 1;
  return [
    ...(vague.test(name) ? [`${path}: '${name}' names nothing; name the file for the one thing it exports`] : []),
    ...(kebab.test(name) ? [] : [`${path}: the name is not in kebab-case`]),
    ...(lines > longest && !/\.test\.ts$/.test(path) ? [`${path}: ${lines} lines; more than ${longest} hold more than one idea`] : []),
  ];
}

/** Every source file of the repository, with its path from the root. */
export const sourceFiles = (directory = root) =>
  ['bin', 'src', 'packages', 'plugins', 'scripts', 'bench', 'test'].flatMap((folder) =>
    readdirSync(join(directory, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .filter((path) => !/(^|\/)(node_modules|dist|fixtures|demo)\//.test(path)),
  );

if (process.argv[1] === import.meta.filename) {
  const problems = sourceFiles().flatMap((path) => problemsOf(path, readFileSync(join(root, path), 'utf8')));
  process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exitCode = problems.length === 0 ? 0 : 1;
}
