import { EtlError, typeName, type Schema } from '@etl/sdk';
import { z } from 'zod';
import type { FrameColumn } from './assemble-cells.js';
import type { CellFrame, Verdict } from './cell-frame.js';
import { cleanText, type CleanOptions } from './clean-text.js';
import { fieldAt, inputOf, refuseTwice } from './input-columns.js';
import type { CellStep } from './library-step.js';
import { scalarText } from './scalar-text.js';
import type { StepDefinition } from './step.js';

const options = z
  .strictObject({
    columns: z.array(z.string().min(1)).min(1).optional().describe('Columns of text to clean; absent: all of them'),
    unicode: z.enum(['nfc', 'nfkc', 'nfd', 'nfkd']).optional().describe('Unicode normal form, so that equal letters are equal bytes'),
    strip_control: z
      .boolean()
      .optional()
      .describe('Remove control characters other than tab and line break, zero-width spaces and byte order marks'),
    collapse_spaces: z.boolean().optional().describe('Any run of blanks, tabs and line breaks becomes one space'),
    trim: z.boolean().optional().describe('Remove blanks at both ends'),
    case: z.enum(['upper', 'lower']).optional().describe('Upper or lower case, by Unicode and no language in particular'),
    null_values: z.array(scalarText).optional().describe('Texts that mean null, such as N/A; compared as a whole'),
    empty_to_null: z.boolean().optional().describe('Empty text becomes null'),
  })
  .describe(
    'What is done to each text, always in this order: unicode, strip_control, collapse_spaces, trim, case, null_values, empty_to_null',
  );

export const clean: StepDefinition<z.infer<typeof options>> = {
  name: 'clean',
  summary: 'Tidies columns of text: blanks, case, Unicode, texts that mean null',
  example: 'clean: { trim: true, empty_to_null: true, null_values: ["N/A", "-"] }',
  options,
  creates: false,
  async bind({ columns: named, ...wishes }, context) {
    const input = inputOf(context, 'clean');
    const columns = named === undefined ? textColumns(input) : namedColumns(named, input);
    if (Object.values(wishes).every((wish) => wish === undefined || wish === false))
      throw new EtlError('CONFIG_INVALID', 'clean does not say what to do', { hint: 'For example trim: true' });
    const makesNull = wishes.empty_to_null === true || wishes.null_values !== undefined;
    const fields = input.fields.map((field, at) => (makesNull && columns.includes(at) ? { ...field, nullable: true } : field));
    const step: CellStep = {
      work: 'cells',
      name: named === undefined ? 'clean' : `clean ${named.join(', ')}`,
      input,
      output: { fields, key: input.key },
      open: () => {
        const texts = cleanText(wishes);
        return (frame) => cleanFrame(frame, step, { columns, texts, options: wishes });
      },
    };
    return step;
  },
};

const textColumns = ({ fields }: Schema): number[] => fields.flatMap(({ type }, at) => (type.kind === 'text' ? [at] : []));

function namedColumns(names: readonly string[], input: Schema): number[] {
  refuseTwice(names, 'clean');
  return names.map((name) => {
    const { at, field } = fieldAt(input, name, 'clean');
    if (field.type.kind !== 'text')
      throw new EtlError('CONFIG_INVALID', `clean works on text, but ${name} is ${typeName(field.type)}`, {
        hint: 'Clean before the cast',
      });
    return at;
  });
}

interface Cleaning {
  readonly columns: readonly number[];
  readonly texts: ReturnType<typeof cleanText>;
  readonly options: CleanOptions;
}

/** Cells that are clean already are seen by their bytes and not decoded; a column is copied at its first cell that changes. */
function cleanFrame(frame: CellFrame, step: CellStep, { columns, texts }: Cleaning): void {
  const sources = columns.map((at) => frame.column(at));
  const patched = columns.map((): FrameColumn | null => null);
  frame.sweep(step, (row) => {
    for (let i = 0; i < columns.length; i++) {
      const source = sources[i];
      const at = columns[i];
      if (source === undefined || at === undefined) continue;
      const place = source.offset + row * source.step;
      const from = source.index[place] ?? -1;
      if (from < 0) continue;
      const to = source.index[place + 1] ?? from;
      if (from < frame.base ? texts.isClean(frame.bytes, from, to) : texts.isClean(frame.patch.bytes, from - frame.base, to - frame.base))
        continue;
      const old = frame.text(source, row) ?? '';
      const next = texts.clean(old);
      if (next === old) continue;
      const refused = lengthVerdict(step.input, at, next);
      if (refused !== null) return refused;
      frame.set((patched[i] ??= frame.copy(source)), row, next);
    }
    return null;
  });
  const made = new Map(columns.map((at, i) => [at, patched[i] ?? null]));
  if (patched.some((column) => column !== null)) frame.columns = frame.columns.map((column, at) => made.get(at) ?? column);
}

/** Upper case and normal forms can make a text longer than its type. */
function lengthVerdict({ fields }: Schema, at: number, text: string | null): Verdict | null {
  const field = fields[at];
  if (text === null || field?.type.kind !== 'text' || field.type.length === undefined || text.length <= field.type.length) return null;
  if (Array.from(text).length <= field.type.length) return null;
  return { kind: 'rejected', reason: `${field.name} is longer than ${field.type.length} characters when it is clean`, field: field.name };
}
