import { isUtf8 } from 'node:buffer';
import {
  cellChecker,
  EtlError,
  exactCast,
  formatMarks,
  keepsCanonical,
  parseTypeName,
  roundings,
  typeName,
  type CastOptions,
  type Field,
  type FieldType,
} from '@etl/sdk';
import { maxPrecision } from '@etl/columnar';
import { z } from 'zod';
import type { FrameColumn } from './assemble-cells.js';
import type { CellFrame, Verdict } from './cell-frame.js';
import { fieldAt, inputOf } from './input-columns.js';
import type { CellStep } from './library-step.js';
import { scalarText } from './scalar-text.js';
import type { StepDefinition } from './step.js';

const detailed = z.strictObject({
  to: z.string().describe('The type that the column gets, such as integer, decimal(12,2), date, timestamptz, text(40)'),
  round: z
    .enum(roundings)
    .optional()
    .describe('What happens to digits or times of day that the type cannot hold; absent: the row is rejected'),
  trim: z.boolean().optional().describe('Ignore blanks around the value'),
  cut: z.boolean().optional().describe('Cut text that is longer than the type; absent: the row is rejected'),
  format: z.string().optional().describe(`How dates and times are written: ${formatMarks}; absent: ISO 8601`),
  zone: z.string().optional().describe('UTC or an offset such as +01:00, for times that state none or types that keep none'),
  decimal: z.string().length(1).optional().describe('Decimal mark, such as ","'),
  thousands: z.string().length(1).optional().describe('Mark between groups of three digits, such as "."'),
  true: z.array(scalarText).optional().describe('Texts that mean true; absent: true'),
  false: z.array(scalarText).optional().describe('Texts that mean false; absent: false'),
});

const options = z
  .record(z.string(), z.union([z.string(), detailed]))
  .describe('Column to type, or to a type with options; a value that the type cannot hold exactly rejects its row');

export const cast: StepDefinition<z.infer<typeof options>> = {
  name: 'cast',
  summary: 'Changes the type of columns, exactly: a value that does not fit rejects its row instead of being bent',
  example: 'cast: { total: "decimal(12,2)", placed_at: { to: timestamp, format: "DD.MM.YYYY HH:mm" } }',
  options,
  creates: false,
  async bind(columns, context) {
    const input = inputOf(context, 'cast');
    const casts = Object.entries(columns).map(([name, wish]) => {
      const { to, ...rest } = typeof wish === 'string' ? { to: wish } : wish;
      const { at, field } = fieldAt(input, name, 'cast');
      return { at, field, to: parseTypeName(to), rest };
    });
    const types = new Map(casts.map(({ at, to }) => [at, to]));
    const fields = input.fields.map((field, at) => retyped(field, types.get(at)));
    const name = `cast ${Object.keys(columns).join(', ')}`;
    for (const { field, to, rest } of casts) openCast(field, to, rest);
    const step: CellStep = {
      work: 'cells',
      name,
      input,
      output: { fields, key: input.key },
      open: () => {
        const cells = casts.map(({ at, field, to, rest }) => ({ at, field, to, cast: openCast(field, to, rest) }));
        return (frame) => castFrame(frame, step, cells);
      },
      ...(casts.every(isExactInSql) && {
        sql: { kind: 'casts', types: new Map(casts.map(({ field, to }) => [field.name, to])) },
      }),
    };
    return step;
  },
};

const retyped = (field: Field, type: FieldType | undefined): Field =>
  type === undefined ? field : { name: field.name, type, nullable: field.nullable };

/** Numbers without a fraction to lose: TRY_CAST answers the same number, or null where the type has no room for it. */
function isExactInSql({ field: { type: from }, to, rest }: { field: Field; to: FieldType; rest: CastOptions }): boolean {
  if (Object.keys(rest).length > 0) return false;
  if (to.kind === 'integer') return from.kind === 'integer';
  if (to.kind !== 'decimal' || to.precision === undefined || to.precision > maxPrecision) return false;
  if (from.kind === 'integer') return true;
  const isHeld = from.kind === 'decimal' && from.precision !== undefined && from.precision <= maxPrecision;
  return isHeld && (from.scale ?? 0) <= (to.scale ?? 0);
}

interface CellCast {
  /** The cell needs nothing: it is canonical for the new type. */
  readonly fits: (bytes: Uint8Array, from: number, to: number) => boolean;
  readonly cast: (cell: Buffer) => { readonly text: string } | { readonly reason: string };
}

function openCast(field: Field, to: FieldType, options: CastOptions): CellCast {
  const castText = checkedCast(field, to, options);
  const check = cellChecker(to);
  return {
    fits: needsLook(to, options) ? () => false : check,
    cast: (cell) => (field.type.kind === 'bytes' && !isUtf8(cell) ? { reason: 'is not text in UTF-8' } : castText(cell.toString('utf8'))),
  };
}

/** Whether a cell that is canonical for the type may still change: another notation is stated, or blanks of a text go. */
const needsLook = (to: FieldType, options: CastOptions): boolean =>
  !keepsCanonical(options) || (options.trim === true && to.kind === 'text');

function checkedCast(field: Field, to: FieldType, options: CastOptions): ReturnType<typeof exactCast> {
  try {
    return exactCast(to, options);
  } catch (cause) {
    if (cause instanceof EtlError)
      throw new EtlError(cause.code, `cast of ${field.name}: ${cause.message}`, {
        ...(cause.hint === undefined ? {} : { hint: cause.hint }),
        cause,
      });
    throw cause;
  }
}

interface OpenColumn {
  readonly at: number;
  readonly field: Field;
  readonly to: FieldType;
  readonly cast: CellCast;
}

/** One pass over the rows; a column is copied at its first cell that changes. */
function castFrame(frame: CellFrame, step: CellStep, casts: readonly OpenColumn[]): void {
  const columns = casts.map(({ at }) => frame.column(at));
  const patched = columns.map((): FrameColumn | null => null);
  const { bytes, base } = frame;
  frame.sweep(step, (row) => {
    for (let i = 0; i < casts.length; i++) {
      const column = columns[i];
      const cell = casts[i];
      if (column === undefined || cell === undefined) continue;
      const from = column.index[column.offset + row * column.step] ?? -1;
      if (from < 0) continue;
      const to = column.index[column.offset + row * column.step + 1] ?? from;
      if (from < base ? cell.cast.fits(bytes, from, to) : cell.cast.fits(frame.patch.bytes, from - base, to - base)) continue;
      const refused = castCell(frame, row, { column, cell, patch: () => (patched[i] ??= frame.copy(column)) });
      if (refused !== null) return refused;
    }
    return null;
  });
  if (patched.some((column) => column !== null)) {
    const replaced = new Map(casts.map(({ at }, i) => [at, patched[i] ?? null]));
    frame.columns = frame.columns.map((column, at) => replaced.get(at) ?? column);
  }
}

function castCell(
  frame: CellFrame,
  row: number,
  { column, cell, patch }: { column: FrameColumn; cell: OpenColumn; patch: () => FrameColumn },
): Verdict | null {
  const bytes = frame.view(column, row);
  if (bytes === null) return null;
  const result = cell.cast.cast(bytes);
  if ('reason' in result)
    return { kind: 'rejected', reason: `${cell.field.name} ${result.reason} (cast to ${typeName(cell.to)})`, field: cell.field.name };
  frame.set(patch(), row, result.text);
  return null;
}
