import type { Session } from '@etl/columnar';
import { EtlError, type Field, type PlanTarget } from '@etl/sdk';
import type { TableName } from './catalog.js';
import type { LoadOptions } from './load-options.js';
import { judgeShape, type JudgedShape, type LoadShape } from './load-shape.js';
import { ownColumns } from './own-columns.js';
import { isMadeAnew, targetTable, type TargetTable } from './target-table.js';

export interface LoadRequest {
  readonly target: PlanTarget;
  readonly name: TableName;
  readonly options: LoadOptions;
}

export interface JudgedLoad extends JudgedShape {
  /** The table as it is; null: there is none. */
  readonly found: TargetTable | null;
}

/** How a load would meet its table, with all that is wrong; `session` null: there is no database yet. Changes nothing. */
export async function judgeLoad(session: Session | null, request: LoadRequest): Promise<JudgedLoad> {
  const { target, name, options } = request;
  const found = session === null ? null : await targetTable(session, name);
  const table = isMadeAnew(target, found) ? null : found;
  const judged = judgeShape({ target, table, name, options });
  const problems = [
    ...(found?.isView === true ? [viewProblem(name)] : []),
    ...judged.problems,
    ...ownProblems(request, judged.shape, table),
    ...versionProblems(request, judged.shape, table),
  ];
  return { ...judged, problems, found };
}

/** The shape of a load that fits. Throws the first mistake. */
export async function decideShape(session: Session, request: LoadRequest): Promise<LoadShape> {
  const { shape, problems } = await judgeLoad(session, request);
  const [first] = problems;
  if (first !== undefined) throw first;
  return shape;
}

const viewProblem = ({ schema, table }: TableName): EtlError =>
  new EtlError('CONFIG_INVALID', `${schema}.${table} is a view`, {
    hint: 'Load into the table behind it, or give the load a table of its own',
  });

const has = (fields: readonly Field[], name: string): boolean => fields.some((field) => field.name.toLowerCase() === name.toLowerCase());

/** Columns that the loader keeps itself neither meet those of the load nor are added where the policy adds none. */
function ownProblems({ target, name, options }: LoadRequest, shape: LoadShape, table: TargetTable | null): EtlError[] {
  const own = ownColumns(target, options);
  const taken = own.filter((field) => has(shape.columns, field.name));
  const absent = own.filter((field) => table !== null && !has(table.fields, field.name));
  return [
    ...taken.map(
      (field) =>
        new EtlError('SCHEMA_MISMATCH', `Column ${field.name} of the load is one that mode ${target.mode} keeps itself`, {
          hint: 'Rename the column, or give the other one another name in the options of the load',
        }),
    ),
    ...(absent.length > 0 && target.policy !== 'evolve'
      ? [
          new EtlError(
            'SCHEMA_MISMATCH',
            `${name.table} lacks ${absent.map((field) => field.name).join(', ')}, and schema: ${target.policy} adds none`,
            { hint: 'Add them to the table, or use schema: evolve' },
          ),
        ]
      : []),
  ];
}

/** A key that the table keeps unique leaves room for one version of each row only. */
function versionProblems({ target, name }: LoadRequest, { key }: LoadShape, table: TargetTable | null): EtlError[] {
  const unique = table?.uniques.find((columns) => columns.length > 0 && columns.every((column) => key.includes(column)));
  if (target.mode !== 'history' || unique === undefined) return [];
  return [
    new EtlError('SCHEMA_MISMATCH', `${name.table} keeps ${unique.join(', ')} unique, so it cannot hold several versions of a row`, {
      hint: 'Load the history into a table of its own',
    }),
  ];
}
