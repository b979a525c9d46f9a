/** Oracle keeps U+0000 in texts, PostgreSQL cannot: the double keeps the last character of Unicode, which is none, in its place. */
const substitute = '\u{10ffff}';

export const storedNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', substitute) : text);

export const givenNul = (text: string): string => (text.includes(substitute) ? text.replaceAll(substitute, '\0') : text);
