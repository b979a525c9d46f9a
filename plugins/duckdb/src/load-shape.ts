import { EtlError, typeName, type Field, type LoadTarget } from '@etl/sdk';
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

export interface ShapeRequest {
  readonly target: LoadTarget;
  readonly table: TargetTable | null;
  readonly name: TableName;
  readonly options: LoadOptions;
  /** DuckDB name of the type of a column. */
  readonly columnType: (field: Field) => string;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Decides what a load changes, or throws SCHEMA_MISMATCH before a row is read. */
export function loadShape(request: ShapeRequest): LoadShape {
  const { target, table } = request;
  const { fields } = target.schema;
  if (fields.length === 0) throw new EtlError('SCHEMA_MISMATCH', `Load ${target.id} has no columns`);
  refuseTwins(fields, request.name);
  const matched = fields.map((field, at) => ({ at, ...fitColumn(request, field) })).filter(({ column }) => column !== null);
  const taken = matched.map(({ at }) => at);
  const key = target.key.map((name) =>
    keyColumn(
      request,
      matched.flatMap(({ column }) => column ?? []),
      name,
    ),
  );
  const columns = matched.flatMap(({ column }) =>
    column === null ? [] : [key.includes(column.name) && rejectsEmptyKey(target) ? { ...column, nullable: false } : column],
  );
  if (needsKey(target) && key.length === 0)
    throw new EtlError('CONFIG_INVALID', `Mode ${target.mode} of load ${target.id} needs a key`, { hint: 'Add key: [column]' });
  if (table !== null) refuseMissing(request, table, columns);
  const staged = new Set(columns.map(({ name }) => name));
  return {
    taken,
    columns,
    changes: matched.flatMap(({ change }) => change ?? []),
    checks: (table?.checks ?? []).filter((check) => check.columns.every((name) => staged.has(name))).map(({ sql }) => sql),
    key,
  };
}

/** Rows without a key are refused where rows are told apart by one. */
const rejectsEmptyKey = ({ mode }: Pick<LoadTarget, 'mode'>): boolean => mode !== 'append';

/** Modes that cannot work without a key. */
export const needsKey = ({ mode }: Pick<LoadTarget, 'mode'>): boolean => mode !== 'append' && mode !== 'replace';

function refuseTwins(fields: readonly Field[], { table }: TableName): void {
  const seen = new Map<string, string>();
  for (const { name } of fields) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      throw new EtlError('SCHEMA_MISMATCH', `Columns ${twin} and ${name} differ only in case, which DuckDB does not tell apart`, {
        hint: `Rename one of them before the load into ${table}`,
      });
    seen.set(name.toLowerCase(), name);
  }
}

interface Fitted {
  readonly column: Field | null;
  readonly change?: ColumnChange;
}

function fitColumn(request: ShapeRequest, given: Field): Fitted {
  const { table, target, name } = request;
  if (table === null) return { column: { ...given, nullable: true } };
  const found = table.fields.find((field) => same(field.name, given.name));
  if (found === undefined) return newColumn(request, given);
  if (holds(found, given)) return { column: found };
  const wide = found.native === undefined ? widened(found.type, given.type) : null;
  if (wide === null || target.policy !== 'evolve') throw mismatch(name, given, found, wide === null ? undefined : target.policy);
  const column: Field = { name: found.name, type: wide, nullable: found.nullable };
  return { column, change: { widen: column } };
}

function newColumn({ target, name }: ShapeRequest, given: Field): Fitted {
  if (target.policy === 'ignore-new') return { column: null };
  if (target.policy === 'freeze')
    throw new EtlError('SCHEMA_MISMATCH', `${name.table} has no column ${given.name}, and schema: freeze adds none`, {
      hint: `Drop ${given.name} before the load, or use schema: evolve or ignore-new`,
    });
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

function keyColumn({ target }: ShapeRequest, columns: readonly Field[], name: string): string {
  const found = columns.find((column) => same(column.name, name));
  if (found !== undefined) return found.name;
  throw new EtlError('SCHEMA_MISMATCH', `The key column ${name} of load ${target.id} is not among the columns that are written`, {
    hint: `Columns are ${columns.map((column) => column.name).join(', ')}`,
  });
}

function refuseMissing({ name, options, target }: ShapeRequest, table: TargetTable, columns: readonly Field[]): void {
  const own = new Set([
    ...(target.mode === 'history' ? Object.values(options.history) : []),
    ...(options.missing === 'mark' ? [options.marked] : []),
  ]);
  const missing = table.fields.filter(
    (field) =>
      !field.nullable && !table.defaulted.has(field.name) && !own.has(field.name) && !columns.some((column) => column.name === field.name),
  );
  if (missing.length === 0) return;
  throw new EtlError(
    'SCHEMA_MISMATCH',
    `${name.table} needs a value in ${missing.map((field) => field.name).join(', ')}, which the load does not bring`,
    {
      hint: 'Derive the column, or give it a default in the table',
    },
  );
}
