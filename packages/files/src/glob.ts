/** Whether a path is a pattern of several. */
export const isGlob = (path: string): boolean => /[*?[{]/.test(path);

/** The folder above every path that a pattern can match. */
export function globFolder(pattern: string): string {
  const folders = pattern.split('/').slice(0, -1);
  const first = folders.findIndex(isGlob);
  return (first < 0 ? folders : folders.slice(0, first)).join('/');
}

/**
 * A pattern as the shell knows it: `*` and `?` within a name, `**` across folders, `[a-z]`, `[!a-z]`, `{csv,tsv}`. Names that begin with a
 * point are matched only by a point.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${pattern.split('/').map(folderExpression).join('')}$`, 'u');
  return (path) => expression.test(`/${path}`);
}

function folderExpression(part: string): string {
  if (part === '**') return '(?:/(?!\\.)[^/]+)*';
  const isHidden = part.startsWith('.');
  let braces = 0;
  let text = '';
  for (let at = 0; at < part.length; at++) {
    const character = part[at] ?? '';
    const set = character === '[' ? /^\[([!^]?)([^\]]+)\]/.exec(part.slice(at)) : null;
    if (character === '*') text += '[^/]*';
    else if (character === '?') text += '[^/]';
    else if (set !== null) {
      text += `[${set[1] === '' ? '' : '^/'}${(set[2] ?? '').replace(/[\\\]^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (character === '{' && part.includes('}', at)) {
      text += '(?:';
      braces++;
    } else if (character === '}' && braces > 0) {
      text += ')';
      braces--;
    } else if (character === ',' && braces > 0) text += '|';
    else text += character.replace(/[$()*+./?[\\\]^{|}]/, '\\$&');
  }
  return `/${isHidden ? '' : '(?!\\.)'}${text}${')'.repeat(braces)}`;
}
