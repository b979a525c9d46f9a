import { EtlError, type Json } from '@etl/sdk';
import type { StepCounts } from '../transforms/step.js';

/** Rows of one lane, or of one part of it, by what became of them. */
export type LaneCounts = {
  readonly read: number;
  /** Refused while reading. */
  readonly rejected: number;
  readonly steps: readonly StepCounts[];
  readonly written: number;
  /** Refused by the target. */
  readonly refused: number;
};

/** What is saved with the rows of a part: with it an interrupted run continues, and its balance still adds up. */
export type LaneMark = {
  readonly position: Json;
  readonly done: boolean;
  readonly counts: LaneCounts;
  /** Bytes of the part's file of rejects that belong to the saved rows. */
  readonly rejects: number;
};

export const emptySteps = (names: readonly string[]): StepCounts[] =>
  names.map((step) => ({ step, in: 0, out: 0, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 }));

export const emptyCounts = (steps: readonly string[]): LaneCounts => ({
  read: 0,
  rejected: 0,
  steps: emptySteps(steps),
  written: 0,
  refused: 0,
});

export const addStep = (a: StepCounts, b: StepCounts): StepCounts => ({
  step: a.step,
  in: a.in + b.in,
  out: a.out + b.out,
  filtered: a.filtered + b.filtered,
  deduplicated: a.deduplicated + b.deduplicated,
  rejected: a.rejected + b.rejected,
  warned: a.warned + b.warned,
});

/** Adds step by step. Both lists name the same steps in the same order. */
export function addSteps(a: readonly StepCounts[], b: readonly StepCounts[]): StepCounts[] {
  if (a.length !== b.length) throw new EtlError('INTERNAL', `Counts of ${a.length} steps cannot be added to counts of ${b.length}`);
  return a.map((counts, index) => addStep(counts, b[index] ?? counts));
}

export const addCounts = (a: LaneCounts, b: LaneCounts): LaneCounts => ({
  read: a.read + b.read,
  rejected: a.rejected + b.rejected,
  steps: addSteps(a.steps, b.steps),
  written: a.written + b.written,
  refused: a.refused + b.refused,
});
