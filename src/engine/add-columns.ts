import { BufferPool, EtlError, text, type Schema } from '@etl/sdk';
import { CellFrame } from '../transforms/cell-frame.js';
import type { StreamStage } from '../transforms/step.js';

/** A stage that adds columns with one text for all rows, as a load's `add` asks for; none when there is nothing to add. */
export function addColumns(columns: { readonly [column: string]: string }, input: Schema): StreamStage[] {
  const entries = Object.entries(columns);
  if (entries.length === 0) return [];
  const taken = entries.find(([name]) => input.fields.some((field) => field.name === name));
  if (taken !== undefined)
    throw new EtlError('SCHEMA_MISMATCH', `The load adds column ${taken[0]}, which the dataset already has`, {
      hint: 'Choose another name under add',
    });
  const output: Schema = { ...input, fields: [...input.fields, ...entries.map(([name]) => ({ name, type: text, nullable: false }))] };
  const texts = entries.map(([, value]) => Buffer.from(value));
  const step = { name: 'add', output };
  return [
    {
      kind: 'stream',
      steps: [step],
      input,
      output,
      open: async () => {
        const pool = new BufferPool();
        return {
          apply: async (batches) =>
            batches.map((batch) => {
              const frame = new CellFrame(input, batch);
              frame.columns = [...frame.columns, ...texts.map((bytes) => frame.constant(bytes))];
              frame.pass(step.name);
              return { ...frame.finish(output, pool), counts: frame.counts, rejects: [] };
            }),
          close: async () => undefined,
        };
      },
    },
  ];
}
