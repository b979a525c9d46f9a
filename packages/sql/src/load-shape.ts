import { EtlError, isEtlError, typeName, type Field, type PlanTarget } from '@etl/sdk';
import type { CheckPlan, ColumnPlan, Dialect } from './dialect.js';
import type { SqlLoadOptions } from './load-options.js';
import { ownColumns } from './own-columns.js';
import type { TableFacts } from './table-facts.js';
import type { TableName } from './table-name.js';

/** A change of a column that the publish makes before it writes rows. */
export type ColumnChange = { readonly add: Field } | { readonly widen: Field; readonly before: Field };

/** How the rows of a load meet their table. */
export interface LoadShape {
  /** Positions in the load's schema of the columns that are written; the others are dropped (`ignore-new`). */
  readonly taken: readonly number[];
  /** The columns as the table will have them, one for each that is taken; null is refused where they say so. */
  readonly columns: readonly Field[];
  readonly changes: readonly ColumnChange[];
  /** CHECK conditions that staged rows must meet. */
  readonly checks: readonly CheckPlan[];
  /** The key by the names of the table. */
  readonly key: readonly string[];
}

/** What of a dialect tells how rows fit a table. */
export type JudgingDialect = Pick<Dialect, 'title' | 'names' | 'types'>;

export interface ShapeRequest {
  readonly target: PlanTarget;
  /** The table that gets the rows; null: one is made with the columns of the load. */
  readonly table: TableFacts | null;
  readonly name: TableName;
  readonly options: SqlLoadOptions;
  readonly dialect: JudgingDialect;
}

export interface JudgedShape {
  readonly shape: LoadShape;
  /** Columns of the load that the table lacks and that are left out. */
  readonly ignored: readonly Field[];
  /** Every way in which the load does not fit, each with what to do. */
  readonly problems: readonly EtlError[];
}

/** What a load changes, and all that is wrong with it. */
export function judgeShape(request: ShapeRequest): JudgedShape {
  const { target, table, dialect } = request;
  const { fields } = target.schema;
  const problems: EtlError[] = [];
  const tried = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!isEtlError(error)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  if (fields.length === 0) problems.push(new EtlError('SCHEMA_MISMATCH', `Load ${target.id} has no columns`));
  tried(() => refuseTwins(request));
  const matched = fields.flatMap((field, at) => {
    const fitted = tried(() => fitColumn(request, field)) ?? misfit(request, field);
    return fitted === null ? [] : [{ at, given: field, ...fitted }];
  });
  const taken = matched.flatMap(({ at, column }) => (column === null ? [] : [at]));
  const written = matched.flatMap(({ column }) => column ?? []);
  const key = target.key.flatMap((name) => tried(() => keyColumn(request, written, name)) ?? []);
  if (needsKey(target) && target.key.length === 0)
    problems.push(new EtlError('CONFIG_INVALID', `Mode ${target.mode} of load ${target.id} needs a key`, { hint: 'Add key: [column]' }));
  const columns = written.map((column) =>
    key.includes(column.name) && target.mode !== 'append' ? { ...column, nullable: false } : column,
  );
  if (table !== null) tried(() => refuseMissing(request, table, columns));
  tried(() => refuseOwn(request, columns));
  // Each type has a name in this database, or the load ends here
  for (const column of columns) tried(() => dialect.types.column(column));
  const staged = new Set(columns.map(({ name }) => name));
  const shape: LoadShape = {
    taken,
    columns,
    changes: matched.flatMap(({ change }) => change ?? []),
    checks: (table?.checks ?? []).filter((check) => check.columns.every((name) => staged.has(name))),
    key,
  };
  return { shape, ignored: matched.flatMap(({ column, given }) => (column === null ? [given] : [])), problems };
}

/** Modes that cannot work without a key. */
export const needsKey = ({ mode }: Pick<PlanTarget, 'mode'>): boolean => mode !== 'append' && mode !== 'replace';

export const columnPlan = (field: Field): ColumnPlan => ({ field, nullable: field.nullable });

function refuseTwins({ target: { schema }, name: { table }, dialect }: ShapeRequest): void {
  for (const [at, { name }] of schema.fields.entries()) {
    const twin = schema.fields.slice(0, at).find((other) => dialect.names.same(dialect.names.spell(other.name), dialect.names.spell(name)));
    if (twin === undefined) continue;
    throw new EtlError('SCHEMA_MISMATCH', `${dialect.title} does not tell the columns ${twin.name} and ${name} apart`, {
      hint: `Rename one of them before the load into ${table}`,
    });
  }
}

interface Fitted {
  readonly column: Field | null;
  readonly change?: ColumnChange;
}

/** The column of that name, else the only one that differs in case alone. */
export function findColumn(fields: readonly Field[], name: string, { names }: Pick<Dialect, 'names'>): Field | undefined {
  const exact = fields.find((field) => names.same(field.name, name)) ?? fields.find((field) => names.same(field.name, names.spell(name)));
  if (exact !== undefined) return exact;
  const alike = fields.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

function fitColumn(request: ShapeRequest, given: Field): Fitted {
  const { table, target, name, dialect } = request;
  if (table === null) return { column: { ...given, name: dialect.names.spell(given.name), nullable: true } };
  const found = findColumn(table.fields, given.name, dialect);
  if (found === undefined) return newColumn(request, given);
  if (table.generated.has(found.name))
    throw new EtlError('SCHEMA_MISMATCH', `Column ${found.name} of ${name.table} is computed by the database and cannot be written`, {
      hint: `Drop ${given.name} before the load`,
    });
  if (dialect.types.holds(found, given)) return { column: found };
  const wide = target.policy === 'evolve' ? widened(dialect, found, given) : null;
  if (wide !== null) return { column: wide, change: { widen: wide, before: found } };
  if (dialect.types.refuses(found, given)) return { column: found };
  throw mismatch(request, given, found);
}

/** The column that does not fit, so that nobody is told that it is missing too. */
function misfit({ table, dialect }: ShapeRequest, given: Field): Fitted | null {
  const found = table === null ? undefined : findColumn(table.fields, given.name, dialect);
  return found === undefined ? null : { column: found };
}

/** The column with a type that holds both, where its own type is a plain one. */
function widened({ types }: JudgingDialect, found: Field, given: Field): Field | null {
  const type = found.native === undefined ? types.widened(found.type, given.type) : null;
  return type === null ? null : { name: found.name, type, nullable: found.nullable };
}

function newColumn({ target, name, dialect }: ShapeRequest, given: Field): Fitted {
  if (target.policy === 'ignore-new') return { column: null };
  if (target.policy === 'freeze')
    throw new EtlError('SCHEMA_MISMATCH', `${name.table} has no column ${given.name}, and schema: freeze adds none`, {
      hint: `Drop ${given.name} before the load, or use schema: evolve or ignore-new`,
    });
  const column = { ...given, name: dialect.names.spell(given.name), nullable: true };
  return { column, change: { add: column } };
}

function mismatch({ name, target, dialect }: ShapeRequest, given: Field, found: Field): EtlError {
  const canWiden = target.policy !== 'evolve' && widened(dialect, found, given) !== null;
  const rule = canWiden ? `, and schema: ${target.policy} does not widen it` : '';
  return new EtlError(
    'SCHEMA_MISMATCH',
    `${given.name} is ${typeName(given.type)}, the column of ${name.table} is ${found.native?.type ?? typeName(found.type)}${rule}`,
    {
      hint: canWiden
        ? 'Use schema: evolve, or add a cast before the load'
        : `Add a cast before the load: cast: { ${given.name}: "${typeName(found.type)}" }`,
    },
  );
}

function keyColumn({ target, dialect }: ShapeRequest, columns: readonly Field[], name: string): string {
  const found = findColumn(columns, name, dialect);
  if (found !== undefined) return found.name;
  throw new EtlError('SCHEMA_MISMATCH', `The key column ${name} of load ${target.id} is not among the columns that are written`, {
    hint: `Columns are ${columns.map((column) => column.name).join(', ')}`,
  });
}

function refuseMissing({ name, options, target }: ShapeRequest, table: TableFacts, columns: readonly Field[]): void {
  const present = new Set([...ownColumns(target, options), ...columns].map((field) => field.name));
  const missing = table.fields.filter(
    (field) => !field.nullable && !table.defaulted.has(field.name) && !table.generated.has(field.name) && !present.has(field.name),
  );
  if (missing.length === 0) return;
  throw new EtlError(
    'SCHEMA_MISMATCH',
    `${name.table} needs a value in ${missing.map((field) => field.name).join(', ')}, which the load does not bring`,
    { hint: 'Derive the column, or give it a default in the table' },
  );
}

/** Columns that a mode keeps itself must not come with the rows, and must be there or may be added. */
function refuseOwn({ target, table, name, options, dialect }: ShapeRequest, columns: readonly Field[]): void {
  const own = ownColumns(target, options);
  const taken = own.find((field) => columns.some((column) => dialect.names.same(column.name, dialect.names.spell(field.name))));
  if (taken !== undefined)
    throw new EtlError('SCHEMA_MISMATCH', `Column ${taken.name} of the load is one that mode ${target.mode} keeps itself`, {
      hint: 'Rename the column, or give the other one another name in the options of the load',
    });
  if (table === null || target.policy === 'evolve') return;
  const absent = own.filter((field) => findColumn(table.fields, field.name, dialect) === undefined);
  if (absent.length === 0) return;
  throw new EtlError(
    'SCHEMA_MISMATCH',
    `${name.table} lacks ${absent.map((field) => field.name).join(', ')}, and schema: ${target.policy} adds none`,
    { hint: 'Add them to the table, or use schema: evolve' },
  );
}
