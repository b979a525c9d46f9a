import { readFileSync } from 'node:fs';

/**
 * The fenced blocks of a Markdown file, in order. What follows the language says what a block is: `file=PATH` a file of the page's project,
 * `sh` commands to run in it (`exit=N`: the code they end with; `manual`: not to be run here), `text` lines that the
 * commands before it print, whatever the space between words; anything else is an illustration.
 */
export function examplesOf(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const found = [];
  let open = null;
  for (const [at, line] of lines.entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { ...infoOf(fence[1]), line: at + 1, lines: [] };
    else {
      found.push({ ...open, text: `${open.lines.join('\n')}\n` });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the block does not end`);
  return found;
}

function infoOf(info) {
  const [language = '', ...words] = info.trim().split(/\s+/);
  const values = Object.fromEntries(words.map((word) => (word.includes('=') ? word.split('=') : [word, true])));
  return { language, file: values.file ?? null, exit: Number(values.exit ?? 0), manual: values.manual === true };
}
