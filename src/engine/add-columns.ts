import { cellsOf, EtlError, text, textBatch, type Batch, type Schema } from '@etl/sdk';
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
  const add = (batch: Batch): Batch => withTexts(input, output, batch, texts);
  const step = { name: 'add', output };
  return [
    {
      kind: 'stream',
      steps: [step],
      input,
      output,
      open: async () => ({
        apply: async (batch) => {
          const counts = { step: step.name, in: batch.length, out: batch.length, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 };
          return { batch: add(batch), counts: [counts], rejects: [] };
        },
        close: async () => undefined,
      }),
    },
  ];
}

/** The same rows with the texts as further cells; all rows share one copy of each text. */
function withTexts(input: Schema, output: Schema, batch: Batch, texts: readonly Buffer[]): Batch {
  const { bytes, index, stride } = cellsOf(input, batch);
  const tail = Buffer.concat(texts);
  const wide = stride + texts.length;
  const cells = new Int32Array(batch.length * wide * 2);
  for (let row = 0; row < batch.length; row++) {
    cells.set(index.subarray(row * stride * 2, (row + 1) * stride * 2), row * wide * 2);
    let from = bytes.length;
    for (const [added, value] of texts.entries()) {
      const at = 2 * (row * wide + stride + added);
      cells[at] = from;
      cells[at + 1] = from + value.length;
      from += value.length;
    }
  }
  return textBatch(
    output,
    { bytes: Buffer.concat([bytes, tail]), index: cells, stride: wide },
    batch.origin ? { origin: batch.origin } : {},
  );
}
