import { quote } from '@etl/columnar';
import type { Field, Schema } from '@etl/sdk';
import { nestLevels, nestTriedLevels, placeColumn, valuesOf, warnColumn, type LevelStep } from './expression-levels.js';
import { isWarning } from './library-step.js';

/** What a group of expressions needs from the rows and what it gives: only these columns cross to DuckDB and back. */
export interface ExpressionPlan {
  readonly steps: readonly LevelStep[];
  /** Columns to send, by position in the input of the group. */
  readonly sent: readonly { readonly at: number; readonly field: Field }[];
  /** Columns that come back: place, a warning for each step that warns, then what was derived. */
  readonly answer: Schema;
  readonly warnings: readonly { readonly step: number; readonly column: number }[];
  readonly derived: readonly { readonly step: number; readonly column: number; readonly name: string }[];
  readonly values: { readonly [name: string]: string | null };
  select(relation: string): string;
  selectTried(relation: string): string;
}

const place: Field = { name: placeColumn, type: { kind: 'integer', bits: 32, signed: true }, nullable: false };

/** Plans a group in which no column is derived twice, nor cast after it was derived. */
export function planExpressions(steps: readonly LevelStep[]): ExpressionPlan {
  const [first] = steps;
  const input = first?.input ?? { fields: [], key: [] };
  const made = new Set<string>();
  const needed = new Set<string>();
  const expressions = steps.filter((step) => step.work === 'expression');
  for (const { expression, effect } of expressions) {
    for (const column of expression.columns) if (!made.has(column)) needed.add(column);
    if (effect.kind === 'derive') made.add(effect.column);
  }
  const sent = input.fields.flatMap((field, at) =>
    needed.has(field.name) ? [{ at, field: { name: field.name, type: field.type, nullable: true } }] : [],
  );
  const warning = steps.flatMap((step, at) => (isWarning(step) ? [at] : []));
  const derivedFields = steps.flatMap((step, at) => {
    if (step.work !== 'expression' || step.effect.kind !== 'derive') return [];
    const { effect } = step;
    const field = step.output.fields.find(({ name }) => name === effect.column);
    return field === undefined ? [] : [{ step: at, field }];
  });
  const fields: Field[] = [
    place,
    ...warning.map((at): Field => ({ name: warnColumn(at), type: { kind: 'boolean' }, nullable: true })),
    ...derivedFields.map(({ field }) => field),
  ];
  const names = fields.map(({ name }) => quote(name)).join(', ');
  const has = sent.map(({ field }) => field.name);
  return {
    steps,
    sent,
    answer: { fields, key: [] },
    warnings: warning.map((step, index) => ({ step, column: 1 + index })),
    derived: derivedFields.map(({ step, field }, index) => ({ step, column: 1 + warning.length + index, name: field.name })),
    values: valuesOf(steps),
    select: (relation) => `select ${names} from (${nestLevels(relation, steps, has)})`,
    selectTried: (relation) => `select ${names} from (${nestTriedLevels(relation, steps, has)})`,
  };
}
