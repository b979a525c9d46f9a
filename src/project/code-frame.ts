import type { Span } from './yaml-node.js';

const around = 2;
const widest = 160;

/**
 * The lines around a place with a caret under it, as plain text. What looks like a secret is masked, since frames end up in logs of CI.
 */
export function codeFrame(text: string, { line, column, length }: Span, { masked = false } = {}): string {
  const lines = text.split(/\r\n|\n|\r/);
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const gutter = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const here = number === line;
    const raw = lines[number - 1] ?? '';
    const hidden = here && masked ? raw.slice(0, column - 1) + '*'.repeat(length) + raw.slice(column - 1 + length) : raw;
    const source = printable(maskSecrets(hidden));
    const from = here ? Math.max(0, column - widest / 2) : 0;
    shown.push(`${here ? '>' : ' '} ${String(number).padStart(gutter)} | ${source.slice(from, from + widest)}`.trimEnd());
    if (!here) continue;
    const room = Math.max(1, Math.min(source.length, from + widest) - column + 1);
    const carets = '^'.repeat(Math.max(1, Math.min(length, room)));
    shown.push(`  ${' '.repeat(gutter)} | ${' '.repeat(column - 1 - from)}${carets}`);
  }
  return shown.join('\n');
}

const secretLine =
  /^(.*?(?<!\{\s*["']?)\b(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)["']?\s*[:=]\s*)(?!\s*\{)(\S.*)$/i;

/** The same line, as long as before, with the value behind a secret's name replaced by `*`. */
export const maskSecrets = (line: string): string =>
  line.replace(secretLine, (_, name: string, value: string) => name + '*'.repeat(value.length)).replace(/(:\/\/[^\s:/@]*:)([^\s@/]+)(?=@)/g, (_, before: string, value: string) => before + '*'.repeat(value.length)); // prettier-ignore

/** One column for each character, and none that would move the cursor of a terminal. */
const printable = (line: string): string => line.replace(/\t/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
