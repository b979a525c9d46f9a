import { EtlError, type PlanTarget } from '@etl/sdk';
import type { SqlLoadOptions } from './load-options.js';
import { judgeShape, type JudgedShape, type JudgingDialect, type LoadShape } from './load-shape.js';
import { isMadeAnew, type SwapRules } from './made-anew.js';
import { nameProblems } from './name-problems.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import type { TableFacts } from './table-facts.js';
import type { TableName } from './table-name.js';

/** The table that a load names, as the server spells it, and how it is declared. */
export async function targetTable(
  open: OpenDatabase,
  session: SqlSession,
  options: Pick<SqlLoadOptions, 'schema' | 'table'>,
): Promise<{ readonly name: TableName; readonly found: TableFacts | null }> {
  const wanted = { schema: options.schema ?? (await open.schema(session)), table: options.table };
  const found = await open.database.introspection.table(session, wanted);
  const { spell } = open.dialect.names;
  return { name: found?.name ?? { schema: wanted.schema, table: spell(wanted.table) }, found };
}

type PublishingDialect = JudgingDialect & SwapRules;

export interface Judging {
  readonly target: PlanTarget;
  readonly options: SqlLoadOptions;
  readonly name: TableName;
  readonly found: TableFacts | null;
}

/** How a load would meet its table, with all that is wrong. */
export function judgeLoad({ dialect }: { readonly dialect: PublishingDialect }, { target, options, name, found }: Judging): JudgedShape {
  const table = isMadeAnew(dialect, target, found) ? null : found;
  const judged = judgeShape({ target, table, name, options, dialect });
  const names = [name.table, name.schema, ...target.schema.fields.map((field) => field.name)];
  return {
    ...judged,
    problems: [
      ...viewProblems(name, found),
      ...nameProblems(dialect, names),
      ...judged.problems,
      ...versionProblems(target, { name, table, shape: judged.shape }),
    ],
  };
}

/** The shape of a load that fits. Throws the first mistake. */
export function decideShape(open: { readonly dialect: PublishingDialect }, judging: Judging): LoadShape {
  const { shape, problems } = judgeLoad(open, judging);
  const [first] = problems;
  if (first !== undefined) throw first;
  return shape;
}

const viewProblems = ({ schema, table }: TableName, found: TableFacts | null): EtlError[] =>
  found?.kind === 'view'
    ? [
        new EtlError('CONFIG_INVALID', `${schema}.${table} is a view`, {
          hint: 'Load into the table behind it, or give the load a table of its own',
        }),
      ]
    : [];

interface Versions {
  readonly name: TableName;
  readonly table: TableFacts | null;
  readonly shape: LoadShape;
}

/** A key that the table keeps unique leaves room for one version of each row only. */
function versionProblems({ mode }: PlanTarget, { name, table, shape }: Versions): EtlError[] {
  const unique = table?.uniques.find((columns) => columns.length > 0 && columns.every((column) => shape.key.includes(column)));
  if (mode !== 'history' || unique === undefined) return [];
  return [
    new EtlError('SCHEMA_MISMATCH', `${name.table} keeps ${unique.join(', ')} unique, so it cannot hold several versions of a row`, {
      hint: 'Load the history into a table of its own',
    }),
  ];
}
