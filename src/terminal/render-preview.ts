import type { PreviewedStep } from '../jobs/preview-job.js';
import { formatCount, plural } from './format-quantity.js';
import { renderTable, renderTsv } from './table.js';
import type { Terminal } from './terminal.js';

/** Columns that a value needs at least to say something. */
const leastColumns = 8;

/** The first rows after each step: tables on a terminal, tab-separated blocks under `# dataset step` in a pipe, where \N is null. */
export function showPreview(terminal: Terminal, steps: readonly PreviewedStep[]): void {
  for (const [index, step] of steps.entries()) {
    if (index > 0) terminal.data('');
    if (terminal.dataIsRead) showStep(terminal, step);
    else
      terminal.data(
        `# ${step.dataset} ${step.step}\n${renderTsv({ columns: step.columns.map(({ name }) => ({ title: name })), rows: step.rows, empty: String.raw`\N` })}`,
      );
  }
}

function showStep(terminal: Terminal, { dataset, step, columns, rows, in: before, out, rejected }: PreviewedStep): void {
  const palette = terminal.dataPalette;
  const width = terminal.width('stdout');
  const counts = [
    before === out ? plural(out, 'row') : `${formatCount(before)} → ${plural(out, 'row')}`,
    ...(rejected > 0 ? [palette.caution(`${formatCount(rejected)} rejected`)] : []),
  ];
  terminal.data(
    `${palette.bold(dataset)} ${palette.faint('after')} ${palette.name(step)}  ${palette.faint('(')}${counts.join(', ')}${palette.faint(')')}`,
  );
  const shown = columns.slice(0, Math.max(1, Math.floor((width + 2) / (leastColumns + 2))));
  const table = renderTable({
    columns: shown.map(({ name, type }) => ({ title: name, align: /^(u?int|decimal|float)/.test(type) ? 'right' : 'left' })),
    rows: [shown.map(({ type }) => type), ...rows.map((row) => shown.map((_, column) => row[column] ?? null))],
    palette,
    width,
    empty: 'null',
    paint: (text, { row, column }) => (row === 0 || rows[row - 1]?.[column] === null ? palette.faint(text) : text),
  });
  terminal.data(table);
  if (shown.length < columns.length)
    terminal.data(
      palette.faint(
        `and ${columns.length - shown.length} more columns: ${columns
          .slice(shown.length)
          .map(({ name }) => name)
          .join(', ')}`,
      ),
    );
}
