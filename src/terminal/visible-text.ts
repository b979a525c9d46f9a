import stringWidth from 'string-width';

const names: { readonly [character: string]: string } = { '\n': '↵', '\r': '␍', '\t': '→' };

/** The text with everything that could move the cursor or change the terminal made visible: data must never control the screen. */
export const visibleText = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => names[character] ?? escapeOf(character),
  );

/** The same for text of several lines: line breaks and tabs stay. */
export const visibleLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.split('\t').map(visibleText).join('  '))
    .join('\n');

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Cuts to a number of columns, counting wide characters as two, and marks the cut with `…`. Never splits a character. */
export function fitText(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let width = 0;
  // Made only here: it takes a quarter of the time in which a command starts
  const segmenter = new Intl.Segmenter();
  for (const { segment } of segmenter.segment(text)) {
    const next = stringWidth(segment);
    if (width + next > columns - 1) break;
    kept += segment;
    width += next;
  }
  return `${kept}…`;
}

/** Fills with blanks on the right, or on the left for numbers. */
export function padText(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, columns - stringWidth(text)));
  return side === 'left' ? text + blanks : blanks + text;
}
