/** Text for one cell of a Markdown table. */
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A table; nothing where there are no rows. */
export const table = (headings, rows) =>
  rows.length === 0 ? '' : [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

export const code = (text) => `\`${text}\``;

export const fence = (language, text) => `\`\`\`${language}\n${text.replace(/\n+$/, '')}\n\`\`\``;

/** Blocks with a blank line between them; empty ones are left out. */
export const page = (...blocks) =>
  `${blocks
    .flat(Infinity)
    .filter((block) => block !== '' && block !== null && block !== undefined)
    .join('\n\n')}\n`;

export const generated = '<!-- Made from the code by `npm run docs`. Changes here are overwritten. -->';
