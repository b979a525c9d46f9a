import type { ProgressEvent } from '../engine/progress.js';

type DatasetEvent = Extract<ProgressEvent, { type: 'dataset' }>;
export type Phase = DatasetEvent['phase'];

/** One line of progress: what is known of a dataset at this moment. */
export interface DatasetProgress {
  readonly dataset: string;
  readonly phase: Phase;
  readonly rows: number;
  readonly bytes: number | null;
  /** Rows a second over the last seconds, or over all once it is done. */
  readonly rate: number | null;
  /** 0 to 1, where the size is known. */
  readonly share: number | null;
  /** Milliseconds left, where they can be told. */
  readonly left: number | null;
  readonly done: boolean;
}

const windowMilliseconds = 3000;
const order: readonly Phase[] = ['load', 'transform', 'extract'];

interface Track {
  readonly started: number;
  ended: number | null;
  /** Time and rows of the last seconds, oldest first. */
  samples: { readonly at: number; readonly rows: number }[];
  event: DatasetEvent;
}

/** Turns the events of a run into what a line shows. Times are milliseconds of any steady clock. */
export class ProgressModel {
  readonly #datasets = new Map<string, Map<Phase, Track>>();

  apply(event: DatasetEvent, now: number): void {
    const phases = this.#datasets.get(event.dataset) ?? new Map<Phase, Track>();
    this.#datasets.set(event.dataset, phases);
    const track = phases.get(event.phase) ?? { started: now, ended: null, samples: [{ at: now, rows: 0 }], event };
    track.event = event;
    track.ended = event.done ? (track.ended ?? now) : null;
    track.samples.push({ at: now, rows: event.rows });
    while (track.samples.length > 2 && now - (track.samples[1]?.at ?? now) > windowMilliseconds) track.samples.shift();
    phases.set(event.phase, track);
  }

  /** One entry a dataset, in the order in which they began. */
  lines(now: number): DatasetProgress[] {
    return [...this.#datasets].map(([dataset, phases]) => this.#line(dataset, phases, now));
  }

  #line(dataset: string, phases: ReadonlyMap<Phase, Track>, now: number): DatasetProgress {
    const tracks = order.flatMap((phase) => phases.get(phase) ?? []);
    // The phase furthest on that still works; else the last one.
    const shown = tracks.find(({ event }) => !event.done && event.rows > 0) ?? tracks.find(({ event }) => !event.done) ?? tracks[0];
    if (shown === undefined) throw new RangeError(`Dataset ${dataset} has no phase`);
    const measured = phases.get('extract') ?? shown;
    const done = tracks.every(({ event }) => event.done);
    const share = done ? 1 : shareOf(measured.event.done ? shown.event : measured.event);
    return {
      dataset,
      phase: shown.event.phase,
      rows: shown.event.rows,
      bytes: measured.event.bytes ?? null,
      rate: rateOf(shown, now),
      share,
      left: done ? null : leftOf(measured, share, now),
      done,
    };
  }
}

function shareOf({ rows, bytes, expectRows, expectBytes }: DatasetEvent): number | null {
  if (bytes !== undefined && expectBytes !== undefined && expectBytes > 0) return Math.min(1, bytes / expectBytes);
  if (expectRows !== undefined && expectRows > 0) return Math.min(1, rows / expectRows);
  return null;
}

function rateOf({ started, ended, samples, event }: Track, now: number): number | null {
  const oldest = samples[0];
  const [from, rows] = ended === null && oldest !== undefined ? [oldest.at, event.rows - oldest.rows] : [started, event.rows];
  const time = (ended ?? now) - from;
  return time < 100 || rows <= 0 ? null : (rows / time) * 1000;
}

function leftOf({ started }: Track, share: number | null, now: number): number | null {
  const time = now - started;
  return share === null || share < 0.02 || share >= 1 || time < 1000 ? null : (time / share) * (1 - share);
}
