import stringWidth from 'string-width';
import type { Progress } from '../engine/progress.js';
import { progressLine, progressText } from './progress-line.js';
import { ProgressModel } from './progress-model.js';
import type { Terminal } from './terminal.js';

export interface ProgressDisplay {
  readonly report: Progress;
  /** Draws the last state and gives the screen back. */
  stop(): void;
}

export interface ProgressClock {
  /** Milliseconds of a steady clock. */
  now(): number;
  every(milliseconds: number, call: () => void): { cancel(): void };
}

const steadyClock: ProgressClock = {
  now: () => performance.now(),
  every: (milliseconds, call) => {
    const timer = setInterval(call, milliseconds).unref();
    return { cancel: () => clearInterval(timer) };
  },
};

const drawMilliseconds = 100;
const logMilliseconds = 10_000;

/** Shows the progress of a run on standard error: drawn in place on a terminal, a plain line now and then elsewhere, nothing with `--quiet` and `--json`. */
export const showProgress = (terminal: Terminal, clock: ProgressClock = steadyClock): ProgressDisplay =>
  terminal.canRedraw ? drawnProgress(terminal, clock) : loggedProgress(terminal, clock);

function drawnProgress(terminal: Terminal, clock: ProgressClock): ProgressDisplay {
  const model = new ProgressModel();
  let drawn: readonly string[] = [];
  let tick = 0;

  const erase = (): string => {
    const width = terminal.width('stderr');
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / width)), 0);
    drawn = [];
    return rows === 0 ? '' : `\u001b[${rows}F\u001b[J`;
  };
  const block = (): string[] => {
    const lines = model.lines(clock.now());
    const width = terminal.width('stderr') - 1;
    const nameWidth = Math.min(Math.max(8, ...lines.map(({ dataset }) => stringWidth(dataset))), Math.floor(width / 3));
    const room = Math.max(1, terminal.height - 2);
    const shown = lines.length <= room ? lines : [...lines].sort((a, b) => Number(a.done) - Number(b.done)).slice(0, room - 1);
    const text = shown.map((line) => progressLine(line, { palette: terminal.palette, width, nameWidth, tick }));
    return lines.length === shown.length ? text : [...text, terminal.palette.faint(`  and ${lines.length - shown.length} more`)];
  };
  const redraw = (): void => {
    if (terminal.asking) return;
    tick += 1;
    const lines = block();
    const sequence = erase() + lines.map((line) => `${line}\n`).join('');
    drawn = lines;
    if (sequence !== '') terminal.draw(sequence);
  };

  const release = terminal.share({ hide: () => terminal.draw(erase()), show: redraw });
  const timer = clock.every(drawMilliseconds, redraw);
  return {
    report: (event) => {
      if (event.type === 'dataset') model.apply(event, clock.now());
      else tellMessage(terminal, event);
    },
    stop: once(() => {
      timer.cancel();
      redraw();
      release();
    }),
  };
}

function loggedProgress(terminal: Terminal, clock: ProgressClock): ProgressDisplay {
  const model = new ProgressModel();
  const finished = new Set<string>();
  const log = (all: boolean): void => {
    for (const line of model.lines(clock.now())) {
      if (finished.has(line.dataset) || (!all && line.done)) continue;
      terminal.say(progressText(line));
    }
  };
  const timer = clock.every(logMilliseconds, () => log(false));
  return {
    report: (event) => {
      if (event.type === 'message') {
        tellMessage(terminal, event);
        return;
      }
      model.apply(event, clock.now());
      const line = model.lines(clock.now()).find(({ dataset }) => dataset === event.dataset);
      if (line === undefined || !line.done) finished.delete(event.dataset);
      else if (event.phase === 'load' && !finished.has(event.dataset)) {
        finished.add(event.dataset);
        terminal.say(progressText(line));
      }
    },
    stop: once(() => {
      timer.cancel();
      log(true);
    }),
  };
}

function tellMessage(terminal: Terminal, { level, text }: { readonly level: 'info' | 'warn'; readonly text: string }): void {
  if (level === 'warn') terminal.warn(text);
  else terminal.say(text);
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (!called) call();
    called = true;
  };
}
