const palette = {
  black: '#6e7681',
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  blue: '#79c0ff',
  magenta: '#d2a8ff',
  cyan: '#76e3ea',
  white: '#f0f6fc',
  grey: '#8b949e',
};
const [cellWidth, lineHeight, margin, bar] = [8.4, 19, 18, 34];
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const fill = ({ colour, dim }) => (colour ? palette[colour] : dim ? palette.grey : '#c9d1d9');

/** A picture of a terminal that shows these lines. Every stretch of one style stands at its own column, so that no font can shift a table. */
export function screenSvg(lines, title) {
  const columns = Math.max(60, ...lines.map((line) => line.length));
  const [width, height] = [Math.ceil(columns * cellWidth + 2 * margin), Math.ceil(lines.length * lineHeight + bar + margin)];
  const texts = lines.flatMap((line, row) =>
    stretches(line).map(({ text, style, column }) => {
      const place = `x="${(margin + column * cellWidth).toFixed(1)}" y="${bar + (row + 1) * lineHeight - 5}" textLength="${(text.length * cellWidth).toFixed(1)}"`;
      return `<text ${place} fill="${fill(style)}"${style.bold ? ' font-weight="bold"' : ''}>${escape(text)}</text>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="17" r="5" fill="#ff5f57"/><circle cx="38" cy="17" r="5" fill="#febc2e"/><circle cx="56" cy="17" r="5" fill="#28c840"/>
<text x="${width / 2}" y="21" fill="#8b949e" font-family="system-ui, sans-serif" font-size="12" text-anchor="middle">${escape(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

function stretches(line) {
  const found = [];
  for (const [column, { text, style }] of line.entries()) {
    const last = found.at(-1);
    if (last && JSON.stringify(last.style) === JSON.stringify(style)) last.text += text;
    else found.push({ text, style, column });
  }
  return found.map((stretch) => ({ ...stretch, text: stretch.text.replace(/\s+$/u, '') })).filter(({ text }) => text !== '');
}
