import type { Field, PlannedColumn, PlanTarget } from '@etl/sdk';
import type { SqlLoadOptions } from './load-options.js';
import { findColumn, type JudgedShape, type JudgingDialect } from './load-shape.js';
import { ownColumns } from './own-columns.js';
import type { TableFacts } from './table-facts.js';

interface Planned {
  readonly open: { readonly dialect: JudgingDialect };
  readonly options: SqlLoadOptions;
  readonly target: PlanTarget;
  readonly found: Pick<TableFacts, 'fields'> | null;
}

/** Every column of the table behind a load, and those of the load that it leaves out. */
export function plannedColumns({ shape, ignored }: JudgedShape, { open, options, target, found }: Planned): PlannedColumn[] {
  const { types, names } = open.dialect;
  const typeOf = (field: Field): string => {
    try {
      return types.column(field);
    } catch {
      // What has no type here is among the problems
      return field.native?.type ?? field.type.kind;
    }
  };
  const there = found?.fields ?? [];
  const own = ownColumns(target, options).map((field) => ({ ...field, name: names.spell(field.name) }));
  const written = [...shape.columns, ...own].map((field): PlannedColumn => {
    const before = findColumn(there, field.name, open.dialect);
    const [name, type] = [field.name, typeOf(field)];
    if (before === undefined) return { name, type, change: found === null ? 'create' : 'add' };
    return typeOf(before) === type ? { name, type, change: 'keep' } : { name, type, change: 'widen', before: typeOf(before) };
  });
  const others = there.filter(({ name }) => !written.some((column) => names.same(column.name, name)));
  return [
    ...written,
    ...ignored.map((field): PlannedColumn => ({ name: field.name, type: typeOf(field), change: 'ignore' })),
    ...others.map((field): PlannedColumn => ({ name: field.name, type: typeOf(field), change: 'keep' })),
  ];
}
