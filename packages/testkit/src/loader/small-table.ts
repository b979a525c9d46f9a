import { randomUUID } from 'node:crypto';
import type { Mode, Schema } from '@etl/sdk';
import { field, schemaOf, text } from '../hard-rows.js';
import type { LoadRequest, NamedLoad } from '../loader-world.js';
import type { TextRow } from '../text-row.js';

export const amount = { kind: 'decimal', precision: 12, scale: 2 } as const;

/** id, name, amount: what most tests of loads need. */
export const smallSchema: Schema = schemaOf(field('name', text), field('amount', amount));

export const row = (id: number | null, name: string | null, value: string | null = null): TextRow => [
  id === null ? null : String(id),
  name,
  value,
];

/** Rows with these ids, all alike but for a tag. */
export const rowsWith = (ids: readonly number[], tag = ''): TextRow[] => ids.map((id) => row(id, `n${id}${tag}`, `${id}.50`));

export const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** A load of the small table. */
export const smallLoad = (name: string, mode: Mode, rows: readonly TextRow[], more: Partial<LoadRequest> = {}): NamedLoad => ({
  name,
  mode,
  schema: smallSchema,
  rows,
  run: randomUUID(),
  ...more,
});
