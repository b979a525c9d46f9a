import { EtlError, type FieldType, type Schema } from '@etl/sdk';
import type { CellFrame } from './cell-frame.js';
import type { BoundStep, StageResources, TableOperator } from './step.js';

/** A bound step as the library itself knows it. */
export type LibraryStep = RowStep | TableStep;

/** A step that looks at one row at a time: it may change cells, and let the row go on or not. */
export type RowStep = CellStep | ExpressionStep | ScriptStep;

interface RowStepBase extends BoundStep {
  readonly input: Schema;
}

/** Works on cells in one TypeScript pass. `open` is called once per operator, so that scratch space is its own. */
export interface CellStep extends RowStepBase {
  readonly work: 'cells';
  open(): (frame: CellFrame) => void;
  /** The same in SQL, where that is exact. */
  readonly sql?: CellSql;
}

export type CellSql =
  /** Columns chosen and named: new name to old name. */
  | { readonly kind: 'columns'; readonly columns: ReadonlyMap<string, string> }
  /** TRY_CAST of columns, where only a value that the type has no room for comes out null: its row is refused. */
  | { readonly kind: 'casts'; readonly types: ReadonlyMap<string, FieldType> };

/** A cast that SQL does too, so that expressions on both sides of it can be one statement. */
export interface CastStep extends CellStep {
  readonly sql: Extract<CellSql, { kind: 'casts' }>;
}

export const isCastStep = (step: RowStep): step is CastStep => step.work === 'cells' && step.sql?.kind === 'casts';

/** A check whose rows go on with a warning. */
export const isWarning = (step: RowStep): boolean =>
  step.work === 'expression' && step.effect.kind === 'check' && step.effect.onFail === 'warn';

/** An expression of SQL over the columns of the row. */
export interface ExpressionStep extends RowStepBase {
  readonly work: 'expression';
  readonly expression: RowExpression;
  readonly effect: ExpressionEffect;
}

/** What the value of the expression does: true keeps the row, it becomes a column, or false breaks a rule. */
export type ExpressionEffect =
  | { readonly kind: 'filter' }
  | { readonly kind: 'derive'; readonly column: string }
  | { readonly kind: 'check'; readonly onFail: 'reject' | 'warn'; readonly reason: string };

export interface RowExpression {
  /** In brackets; parameters are bound by name. */
  readonly sql: string;
  readonly values: { readonly [name: string]: string | null };
  /** Columns that it reads, as the schema writes them. */
  readonly columns: readonly string[];
}

/** Runs rows through a pass of its own, such as a script in a worker. */
export interface ScriptStep extends RowStepBase {
  readonly work: 'script';
  open(resources: StageResources): Promise<RowPass>;
}

/** Needs all rows. */
export interface TableStep extends BoundStep {
  readonly work: 'table';
  /** Datasets whose tables it reads. */
  readonly reads: readonly string[];
  readonly run: TableOperator;
}

/** Neighbouring row steps of one kind, ready to run. */
export interface RowPass {
  apply(frames: readonly CellFrame[]): Promise<void> | void;
  close(): Promise<void>;
}

/** The step as the library made it. Throws INTERNAL for a step that was made elsewhere. */
export function libraryStep(step: BoundStep): LibraryStep {
  if ('work' in step) return step as LibraryStep;
  throw new EtlError('INTERNAL', `Step ${step.name} was not made by the transform library`);
}
