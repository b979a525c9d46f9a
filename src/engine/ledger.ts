import { EtlError, type Json, type LoadCounts } from '@etl/sdk';
import type { StepCounts } from '../transforms/step.js';
import { addSteps, type LaneCounts } from './lane-counts.js';

/** Counts of one load as reported: rows that the target refused while staging are part of `in` and `rejected`. */
export type LoadBalance = LoadCounts & { readonly id: string };

type DatasetSteps = { readonly [dataset: string]: readonly StepCounts[] };

/** What a load keeps with its publish, so that a later process can still tell the whole balance. */
export type LedgerSummary = { readonly datasets: DatasetSteps; readonly refused: { readonly [load: string]: number } };

/** Every row of a run by dataset and step, filled while it works; readable at any moment, also after a failure. */
export class Ledger {
  readonly #datasets = new Map<string, StepCounts[]>();
  readonly #refused = new Map<string, number>();
  readonly #loads = new Map<string, LoadBalance>();
  #order: readonly string[] = [];
  #sequence: readonly string[] = [];

  /** Rows read from sources, refused ones included. */
  get read(): number {
    return [...this.#datasets.values()].reduce((sum, [first]) => sum + (first?.step === 'extract' ? first.in : 0), 0);
  }

  /** Rows refused anywhere. */
  get rejected(): number {
    const steps = [...this.#datasets.values()].flat().reduce((sum, { rejected }) => sum + rejected, 0);
    return [...this.#refused.values()].reduce((sum, refused) => sum + refused, steps);
  }

  addExtract(dataset: string, counts: LaneCounts): void {
    const { read, rejected } = counts;
    const extract: StepCounts = { step: 'extract', in: read, out: read - rejected, filtered: 0, deduplicated: 0, rejected, warned: 0 };
    this.addSteps(dataset, [extract, ...counts.steps]);
  }

  addSteps(dataset: string, steps: readonly StepCounts[]): void {
    for (const step of steps) assertStep(dataset, step);
    this.#datasets.set(dataset, [...(this.#datasets.get(dataset) ?? []), ...steps]);
  }

  setRefused(load: string, refused: number): void {
    this.#refused.set(load, refused);
  }

  /** Rows that the target refused while they were staged. */
  refused(load: string): number {
    return this.#refused.get(load) ?? 0;
  }

  setLoad(load: string, counts: LoadCounts): void {
    const refused = this.refused(load);
    this.#loads.set(load, { id: load, ...counts, in: counts.in + refused, rejected: counts.rejected + refused });
  }

  /** The last count of rows that went out of a dataset, or null before its first step ended. */
  out(dataset: string): number | null {
    return this.#datasets.get(dataset)?.at(-1)?.out ?? null;
  }

  steps(dataset: string): readonly StepCounts[] {
    return this.#datasets.get(dataset) ?? [];
  }

  /** In the order of the job. */
  datasets(): DatasetSteps {
    const place = (dataset: string): number => this.#sequence.indexOf(dataset);
    return Object.fromEntries([...this.#datasets].sort(([a], [b]) => place(a) - place(b)));
  }

  /** In the order of the job. */
  loads(): readonly LoadBalance[] {
    return this.#order.flatMap((name) => this.#loads.get(name) ?? []);
  }

  summary(): LedgerSummary {
    return { datasets: this.datasets(), refused: Object.fromEntries(this.#refused) };
  }

  /** Takes over what an earlier process wrote with a publish. */
  restore(summary: Json): void {
    const { datasets, refused } = summary as unknown as LedgerSummary;
    for (const [dataset, steps] of Object.entries(datasets)) this.#datasets.set(dataset, [...steps]);
    for (const [load, rows] of Object.entries(refused)) this.#refused.set(load, rows);
  }

  /** Begins anew: an attempt counts what the saved marks say, and goes on from there. */
  begin({ datasets, loads }: { readonly datasets: readonly string[]; readonly loads: readonly string[] }): void {
    this.#order = loads;
    this.#sequence = datasets;
    this.#datasets.clear();
    this.#refused.clear();
    this.#loads.clear();
  }
}

const reshaping: ReadonlySet<string> = new Set(['sql', 'script']);

function assertStep(dataset: string, counts: StepCounts): void {
  const accounted = counts.out + counts.filtered + counts.deduplicated + counts.rejected;
  if (accounted === counts.in || reshaping.has(counts.step.split(' ')[0] ?? '')) return;
  throw new EtlError('UNBALANCED', `Step ${counts.step} of ${dataset} was given ${counts.in} rows but accounts for ${accounted}`, {
    hint: 'Nothing was published. Please report this with the log of the run (etl logs)',
    place: { dataset, step: counts.step },
    details: { ...counts },
  });
}

/** Throws UNBALANCED unless a consumer got exactly what its producer gave. */
export function assertEdge(dataset: string, { given, got }: { readonly given: number; readonly got: number }): void {
  if (given === got) return;
  throw new EtlError('UNBALANCED', `${given} rows of ${dataset} were handed on, but ${got} arrived`, {
    hint: 'Nothing was published. Please report this with the log of the run (etl logs)',
    place: { dataset },
  });
}

/** The counts of several parts of one dataset as one. */
export const totalSteps = (parts: readonly (readonly StepCounts[])[], none: readonly StepCounts[]): readonly StepCounts[] =>
  parts.reduce((sum, steps) => addSteps(sum, steps), none);
