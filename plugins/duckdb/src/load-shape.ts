import { EtlError, typeName, type Field, type PlanTarget } from '@etl/sdk';
import type { TableName } from './catalog.js';
import type { LoadOptions } from './load-options.js';
import type { TargetTable } from './target-table.js';
import { holds, widened } from './type-fit.js';

/** A change of a column that the publish makes before it writes rows. */
export type ColumnChange = { readonly add: Field } | { readonly widen: Field };

/** How the rows of a load meet their table. */
export interface LoadShape {
  /** Positions in the load's schema of the columns that are written; the others are dropped (`ignore-new`). */
  readonly taken: readonly number[];
  /** The columns as the table will have them, one for each that is taken; null is refused where they say so. */
  readonly columns: readonly Field[];
  readonly changes: readonly ColumnChange[];
  readonly checks: readonly string[];
  /** The key by the names of the table. */
  readonly key: readonly string[];
}

/** A shape as far as it could be decided, with everything that keeps the load from fitting. */
export interface JudgedShape {
  readonly shape: LoadShape;
  /** Columns of the load that are left out. */
  readonly ignored: readonly Field[];
  readonly problems: readonly EtlError[];
}

export interface ShapeRequest {
  readonly target: PlanTarget;
  readonly table: TargetTable | null;
  readonly name: TableName;
  readonly options: LoadOptions;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Decides what a load changes, and finds every way in which it does not fit, before a row is read. */
export function judgeShape(request: ShapeRequest): JudgedShape {
  const { target, table } = request;
  const { fields } = target.schema;
  const problems: EtlError[] = [];
  if (fields.length === 0) problems.push(new EtlError('SCHEMA_MISMATCH', `Load ${target.id} has no columns`));
  problems.push(...twins(fields, request.name));
  const fitted = fields.map((field, at) => ({ at, ...fitColumn(request, field) }));
  problems.push(...fitted.flatMap(({ problem }) => problem ?? []));
  const matched = fitted.flatMap(({ at, column, change }) => (column === null ? [] : [{ at, column, change }]));
  const named = target.key.map((name) => matched.find(({ column }) => same(column.name, name))?.column.name ?? null);
  const key = named.filter((name) => name !== null);
  for (const [at, name] of target.key.entries())
    if (named[at] === null)
      problems.push(
        keyProblem(
          request,
          name,
          matched.map(({ column }) => column),
        ),
      );
  const columns = matched.map(({ column }) =>
    key.includes(column.name) && rejectsEmptyKey(target) ? { ...column, nullable: false } : column,
  );
  if (needsKey(target) && target.key.length === 0)
    problems.push(new EtlError('CONFIG_INVALID', `Mode ${target.mode} of load ${target.id} needs a key`, { hint: 'Add key: [column]' }));
  if (table !== null) problems.push(...missingColumns(request, table, columns));
  const staged = new Set(columns.map(({ name }) => name));
  const checks = (table?.checks ?? []).filter((check) => check.columns.every((name) => staged.has(name))).map(({ sql }) => sql);
  const changes = matched.flatMap(({ change }) => change ?? []);
  const ignored = fitted.flatMap(({ at, column, problem }) => (column === null && problem === undefined ? (fields[at] ?? []) : []));
  return { shape: { taken: matched.map(({ at }) => at), columns, changes, checks, key }, ignored, problems };
}

/** Rows without a key are refused where rows are told apart by one. */
const rejectsEmptyKey = ({ mode }: Pick<PlanTarget, 'mode'>): boolean => mode !== 'append';

/** Modes that cannot work without a key. */
export const needsKey = ({ mode }: Pick<PlanTarget, 'mode'>): boolean => mode !== 'append' && mode !== 'replace';

function twins(fields: readonly Field[], { table }: TableName): EtlError[] {
  const seen = new Map<string, string>();
  return fields.flatMap(({ name }) => {
    const twin = seen.get(name.toLowerCase());
    if (twin === undefined) seen.set(name.toLowerCase(), name);
    return twin === undefined
      ? []
      : new EtlError('SCHEMA_MISMATCH', `Columns ${twin} and ${name} differ only in case, which DuckDB does not tell apart`, {
          hint: `Rename one of them before the load into ${table}`,
        });
  });
}

interface Fitted {
  /** Null: it is left out, or does not fit. */
  readonly column: Field | null;
  readonly change?: ColumnChange;
  readonly problem?: EtlError;
}

function fitColumn(request: ShapeRequest, given: Field): Fitted {
  const { table, target, name } = request;
  if (table === null) return { column: { ...given, nullable: true } };
  const found = table.fields.find((field) => same(field.name, given.name));
  if (found === undefined) return newColumn(request, given);
  if (holds(found, given)) return { column: found };
  const wide = found.native === undefined ? widened(found.type, given.type) : null;
  if (wide === null || target.policy !== 'evolve')
    return { column: found, problem: mismatch(name, given, found, wide === null ? undefined : target.policy) };
  const column: Field = { name: found.name, type: wide, nullable: found.nullable };
  return { column, change: { widen: column } };
}

function newColumn({ target, name }: ShapeRequest, given: Field): Fitted {
  if (target.policy === 'ignore-new') return { column: null };
  if (target.policy === 'freeze')
    return {
      column: null,
      problem: new EtlError('SCHEMA_MISMATCH', `${name.table} has no column ${given.name}, and schema: freeze adds none`, {
        hint: `Drop ${given.name} before the load, or use schema: evolve or ignore-new`,
      }),
    };
  const column = { ...given, nullable: true };
  return { column, change: { add: column } };
}

function mismatch({ table }: TableName, given: Field, found: Field, policy: string | undefined): EtlError {
  const held = found.native === undefined ? typeName(found.type) : found.native.type;
  return new EtlError(
    'SCHEMA_MISMATCH',
    `${given.name} is ${typeName(given.type)}, the column of ${table} is ${held}${policy === undefined ? '' : `, and schema: ${policy} does not widen it`}`,
    {
      hint:
        policy === undefined
          ? `Add a cast before the load: cast: { ${given.name}: "${typeName(found.type)}" }`
          : 'Use schema: evolve, or add a cast before the load',
    },
  );
}

const keyProblem = ({ target }: ShapeRequest, name: string, columns: readonly Field[]): EtlError =>
  new EtlError('SCHEMA_MISMATCH', `The key column ${name} of load ${target.id} is not among the columns that are written`, {
    hint: `Columns are ${columns.map((column) => column.name).join(', ')}`,
  });

function missingColumns({ name, options, target }: ShapeRequest, table: TargetTable, columns: readonly Field[]): EtlError[] {
  const own = new Set([
    ...(target.mode === 'history' ? Object.values(options.history) : []),
    ...(options.missing === 'mark' ? [options.marked] : []),
  ]);
  const missing = table.fields.filter(
    (field) =>
      !field.nullable && !table.defaulted.has(field.name) && !own.has(field.name) && !columns.some((column) => column.name === field.name),
  );
  if (missing.length === 0) return [];
  const names = missing.map((field) => field.name).join(', ');
  return [
    new EtlError('SCHEMA_MISMATCH', `${name.table} needs a value in ${names}, which the load does not bring`, {
      hint: 'Derive the column, or give it a default in the table',
    }),
  ];
}
