import { EtlError, fieldIndex, type ParentColumns, type Schema } from '@etl/sdk';
import type { EachOptions } from '../project/job.js';
import { steps } from '../transforms/index.js';
import { bindDatasets, type BindableJob, type BindOptions } from './bind-job.js';
import { noSession, withSession } from './describing-session.js';
import type { EngineTransform } from './engine-job.js';

/** An extract as far as its order matters. */
export interface OrderedExtract {
  readonly dataset: string;
  readonly each?: EachOptions | null;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Datasets that one dataset is made of, itself included, and the steps that make it, found without binding anything. */
export function madeOf(
  dataset: string,
  transforms: readonly EngineTransform[],
): { readonly datasets: readonly string[]; readonly transforms: readonly EngineTransform[] } {
  const datasets = [dataset];
  const found: EngineTransform[] = [];
  for (const entry of transforms.toReversed()) {
    if (!datasets.some((name) => same(name, entry.dataset))) continue;
    found.unshift(entry);
    datasets.push(...entry.steps.flatMap(readsOf));
  }
  return { datasets, transforms: found };
}

function readsOf({ name, options }: EngineTransform['steps'][number]): readonly string[] {
  const definition = steps.get(name);
  const parsed = definition?.options.safeParse(options);
  return parsed?.success === true ? (definition?.reads?.(parsed.data) ?? []) : [];
}

/** The extracts in an order in which each comes behind those whose rows it is read for. Throws CONFIG_INVALID where there is none. */
export function inReadOrder<E extends OrderedExtract>(extracts: readonly E[], transforms: readonly EngineTransform[]): readonly E[] {
  const ordered: E[] = [];
  const isReady = ({ each }: E): boolean =>
    each == null ||
    madeOf(each.dataset, transforms).datasets.every(
      (name) => !extracts.some((other) => same(other.dataset, name)) || ordered.some((other) => same(other.dataset, name)),
    );
  while (ordered.length < extracts.length) {
    const next = extracts.find((extract) => !ordered.includes(extract) && isReady(extract));
    if (next === undefined)
      throw new EtlError('CONFIG_INVALID', 'Extracts are read for each row of datasets that need them', {
        hint: 'etl validate shows the circle',
      });
    ordered.push(next);
  }
  return ordered;
}

/** What the columns of the parents are found with. */
export interface ParentBinding extends Omit<BindOptions, 'session'> {
  readonly temporary: string;
}

/** The columns that a read depends on, behind all steps of their dataset. `inputs` has the columns of the extracts before it. */
export async function parentColumns(
  job: BindableJob,
  each: EachOptions,
  inputs: ReadonlyMap<string, Schema>,
  { temporary, ...options }: ParentBinding,
): Promise<ParentColumns> {
  const { transforms } = madeOf(each.dataset, job.transforms);
  const bound = { ...job, transforms };
  const datasets =
    transforms.length === 0
      ? await bindDatasets(bound, inputs, { ...options, session: noSession })
      : await withSession(temporary, (session) => bindDatasets(bound, inputs, { ...options, session }));
  const schema = datasets.get(each.dataset);
  if (schema === undefined) throw new EtlError('CONFIG_INVALID', `There is no dataset ${each.dataset}`);
  return pickParents(each, schema);
}

/** Throws SCHEMA_MISMATCH where the dataset lacks a column. */
export function pickParents({ dataset, distinct, include }: EachOptions, schema: Schema): ParentColumns {
  const fields = distinct.map((name) => {
    const field = schema.fields[fieldIndex(schema, name)];
    if (field !== undefined) return { name: field.name, type: field.type, nullable: false };
    throw new EtlError('SCHEMA_MISMATCH', `${dataset} has no column ${name} to read for`, {
      hint: `Its columns are ${schema.fields.map((each) => each.name).join(', ')}`,
    });
  });
  return { fields, include };
}
