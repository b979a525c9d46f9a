import { formatBytes, formatCount, formatDuration } from './format-quantity.js';
import type { Palette } from './palette.js';
import type { DatasetProgress, Phase } from './progress-model.js';
import { fitText, padText, visibleText } from './visible-text.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const words: { readonly [phase in Phase]: string } = { extract: 'reading', transform: 'working', load: 'loading' };
const barWidth = 16;

export interface LineOptions {
  readonly palette: Palette;
  readonly width: number;
  /** Columns of the longest name of a dataset beside it. */
  readonly nameWidth: number;
  /** Counts up with every drawing. */
  readonly tick: number;
}

/** One dataset on one line of a terminal: `⠹ orders  loading  1,234,567 rows  380,000/s  45.2 MB  ████░░░░ 62 %  12 s left`. */
export function progressLine(progress: DatasetProgress, { palette, width, nameWidth, tick }: LineOptions): string {
  const { dataset, phase, rows, done } = progress;
  const mark = done ? palette.good('✔') : palette.name(frames[tick % frames.length] ?? '');
  const name = padText(fitText(visibleText(dataset), nameWidth), nameWidth);
  const word = padText(done ? 'done' : words[phase], 7);
  const parts = [`${padText(formatCount(rows), 11, 'right')} rows`, ...measures(progress)];
  const room = width - nameWidth - 13;
  const kept = partsThatFit(parts, room);
  const bar = progress.share === null || done ? null : drawBar(progress.share, palette);
  const barRoom = room - kept.reduce((sum, part) => sum + part.length + 2, 0);
  return [`${mark} ${palette.bold(name)}`, palette.faint(word), ...kept, ...(bar !== null && barRoom >= barWidth + 6 ? [bar] : [])].join(
    '  ',
  );
}

/** The same for a log: no colour, no drawing. */
export function progressText(progress: DatasetProgress): string {
  const { dataset, phase, rows, share, done } = progress;
  const parts = [`${formatCount(rows)} rows`, ...measures(progress), ...(share === null || done ? [] : [percent(share)])];
  return `${visibleText(dataset)}: ${done ? 'done' : words[phase]}, ${parts.join(', ')}`;
}

const measures = ({ rate, bytes, left }: DatasetProgress): string[] => [
  ...(rate === null ? [] : [`${formatCount(Math.round(rate))} rows/s`]),
  ...(bytes === null ? [] : [formatBytes(bytes)]),
  ...(left === null ? [] : [`${formatDuration(left)} left`]),
];

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

function drawBar(share: number, palette: Palette): string {
  const full = Math.floor(share * barWidth);
  return `${palette.good('█'.repeat(full))}${palette.faint('░'.repeat(barWidth - full))} ${percent(share).padStart(5)}`;
}

function partsThatFit(parts: readonly string[], room: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const part of parts) {
    used += part.length + 2;
    if (used > room) break;
    kept.push(part);
  }
  return kept;
}
