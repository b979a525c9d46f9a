import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import type { ProgressEvent } from '../../src/engine/progress.js';
import { createPalette } from '../../src/terminal/palette.js';
import { showProgress, type ProgressClock } from '../../src/terminal/progress-display.js';
import { progressLine, progressText } from '../../src/terminal/progress-line.js';
import { ProgressModel } from '../../src/terminal/progress-model.js';
import { fakeTerminal } from './fake-terminal.js';

type DatasetEvent = Extract<ProgressEvent, { type: 'dataset' }>;
const event = (facts: Partial<DatasetEvent>): DatasetEvent => ({
  type: 'dataset',
  dataset: 'orders',
  phase: 'extract',
  rows: 0,
  done: false,
  ...facts,
});

function fakeClock() {
  const timers = new Set<{ every: number; next: number; call: () => void }>();
  let time = 0;
  const clock: ProgressClock = {
    now: () => time,
    every: (every, call) => {
      const timer = { every, next: time + every, call };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
  };
  const pass = (milliseconds: number): void => {
    for (const end = time + milliseconds; time < end;) {
      time += 50;
      for (const timer of timers)
        if (timer.next <= time) {
          timer.next += timer.every;
          timer.call();
        }
    }
  };
  return { clock, pass, timers };
}

describe('progress', () => {
  it('tells rows, speed of the last seconds, share and time left', () => {
    const model = new ProgressModel();
    for (let second = 0; second <= 10; second++)
      model.apply(
        event({ rows: second < 5 ? second * 1000 : 5000 + (second - 5) * 100, bytes: second * 1e6, expectBytes: 40e6 }),
        second * 1000,
      );
    const [line] = model.lines(10_000);
    expect(line).toMatchObject({ rows: 5500, bytes: 10e6, share: 0.25, done: false });
    expect(line?.rate).toBeCloseTo(100, 0);
    expect(line?.left).toBeCloseTo(30_000, 0);
  });

  it('shows the phase that is furthest on, and is done only when every phase is', () => {
    const model = new ProgressModel();
    model.apply(event({ rows: 10, done: true }), 0);
    model.apply(event({ phase: 'load', rows: 4 }), 1000);
    expect(model.lines(1000)[0]).toMatchObject({ phase: 'load', rows: 4, done: false });
    model.apply(event({ phase: 'load', rows: 10, done: true }), 2000);
    expect(model.lines(2000)[0]).toMatchObject({ rows: 10, done: true, share: 1, left: null });
  });

  it('fits every terminal, with names of wide characters', () => {
    const progress = {
      dataset: '注文データ',
      phase: 'load',
      rows: 1_234_567,
      bytes: 45_200_000,
      rate: 380_000,
      share: 0.62,
      left: 12_000,
      done: false,
    } as const;
    for (const width of [30, 40, 60, 79, 200])
      expect(stringWidth(progressLine(progress, { palette: createPalette(0), width, nameWidth: 10, tick: 3 }))).toBeLessThanOrEqual(
        Math.max(width, 34),
      );
    expect(progressLine(progress, { palette: createPalette(0), width: 120, nameWidth: 10, tick: 0 })).toBe(
      '⠋ 注文データ  loading    1,234,567 rows  380,000 rows/s  45.2 MB  12.0 s left  █████████░░░░░░░  62 %',
    );
    expect(progressText(progress)).toBe('注文データ: loading, 1,234,567 rows, 380,000 rows/s, 45.2 MB, 12.0 s left, 62 %');
  });

  it('draws at most ten times a second, a line a dataset, and never on standard output', () => {
    const { terminal, stdout, stderr } = fakeTerminal();
    const { clock, pass, timers } = fakeClock();
    const display = showProgress(terminal, clock);
    for (let step = 0; step < 100; step++) {
      display.report(event({ rows: step }));
      display.report(event({ dataset: 'customers', rows: step }));
      pass(50);
    }
    display.stop();
    const drawings = stderr.text.split('\u001b[J').length;
    expect(drawings).toBeGreaterThan(40);
    expect(drawings).toBeLessThanOrEqual(52);
    expect(stdout.text).toBe('');
    expect(timers.size).toBe(0);
  });

  it('puts messages above the lines', () => {
    const { terminal, stderr } = fakeTerminal({ noColour: true });
    const { clock, pass } = fakeClock();
    const display = showProgress(terminal, clock);
    display.report(event({ rows: 5 }));
    pass(100);
    stderr.text = '';
    display.report({ type: 'message', level: 'warn', text: 'slow' });
    expect(stderr.text).toMatch(/^\u001b\[1F\u001b\[JWarning: slow\n⠹ orders/);
    display.stop();
  });

  it('shows what fits on a low terminal and counts the rest', () => {
    const { terminal, stderr } = fakeTerminal();
    const { clock, pass } = fakeClock();
    const display = showProgress(terminal, clock);
    for (let number = 0; number < 60; number++) display.report(event({ dataset: `d${number}`, rows: 1 }));
    pass(100);
    expect(stderr.text.split('\n').length).toBeLessThan(24);
    expect(stderr.text).toContain('and 39 more');
    display.stop();
  });

  it('writes a plain line every ten seconds without a terminal, and one for what has been loaded', () => {
    const { terminal, stdout, stderr } = fakeTerminal({ tty: false });
    const { clock, pass } = fakeClock();
    const display = showProgress(terminal, clock);
    for (let second = 0; second < 25; second++) {
      display.report(event({ rows: second * 10 }));
      pass(1000);
    }
    expect(stderr.text.trim().split('\n')).toHaveLength(2);
    display.report(event({ rows: 250, done: true }));
    display.report(event({ phase: 'load', rows: 250, done: true }));
    display.stop();
    expect(stderr.text.trim().split('\n')).toHaveLength(3);
    expect(stderr.text).toContain('orders: done, 250 rows');
    expect(stderr.text).not.toMatch(/\u001b/);
    expect(stdout.text).toBe('');
  });

  it('says nothing with --json and --quiet', () => {
    for (const options of [{ json: true }, { quiet: true }]) {
      const { terminal, stderr } = fakeTerminal(options);
      const { clock, pass } = fakeClock();
      const display = showProgress(terminal, clock);
      display.report(event({ rows: 5 }));
      pass(20_000);
      display.stop();
      expect(stderr.text).toBe('');
    }
  });
});
