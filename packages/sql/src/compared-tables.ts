import { EtlError, type PlanTarget } from '@etl/sdk';
import type { SqlLoadOptions } from './load-options.js';
import type { LoadShape } from './load-shape.js';
import type { OpenDatabase } from './open-database.js';
import { ownPrefix, type SqlSession } from './sql-client.js';
import { comparedName, countKeys, dropStaging, needsOrdinal, ordinalColumn, stagingPlan } from './staging.js';
import type { TableName } from './table-name.js';

const numberColumn = `${ownPrefix}number`;

/** Where rows stay while they are compared with their table. */
export interface ComparedTables {
  /** Takes the rows as the staging table of the load would. */
  readonly all: TableName;
  /** The server has no temporary tables that do: these are to be dropped. */
  readonly areOrdinary: boolean;
  /** The rows of which each key has one, the last in source order, and their number. */
  keepLast(rows: number): Promise<{ readonly table: TableName; readonly rows: number }>;
  drop(): Promise<void>;
}

interface Comparing {
  readonly target: PlanTarget;
  readonly shape: LoadShape;
  readonly options: Pick<SqlLoadOptions, 'staging'>;
  readonly name: TableName;
  /** The table is there. */
  readonly isThere: boolean;
}

export async function comparedTables(open: OpenDatabase, session: SqlSession, comparing: Comparing): Promise<ComparedTables> {
  const { target, shape } = comparing;
  const { createTemporary, createStaging } = open.dialect.ddl;
  const schema = await schemaOf(open, session, comparing);
  const plan = stagingPlan(target, shape);
  const make = async (what: 'all' | 'last'): Promise<TableName> => {
    const name = comparedName(schema, target.id, what);
    if (createTemporary !== null) {
      const made = createTemporary(name, plan);
      await open.define(session, made.statements);
      return made.name;
    }
    // What a comparison that was killed left behind
    await dropStaging(open, session, name);
    await open.define(session, createStaging(name, plan));
    return name;
  };
  const all = await make('all');
  return {
    all,
    areOrdinary: createTemporary === null,
    async keepLast(rows) {
      if (!needsOrdinal(target, shape)) return { table: all, rows };
      const keys = open.columns(shape.key);
      const keyed = await countKeys(open, session, { table: all, key: shape.key });
      if (keyed === rows) return { table: all, rows };
      const last = await make('last');
      const columns = open.columns([ordinalColumn, ...shape.columns.map((column) => column.name)]);
      const [ordinal, number] = [ordinalColumn, numberColumn].map(open.dialect.names.quote);
      const numbered = `select ${columns}, row_number() over (partition by ${keys} order by ${ordinal} desc) ${number} from ${open.quote(all)}`;
      const kept = await session.run(
        `insert into ${open.quote(last)} (${columns}) select ${columns} from (${numbered}) k where k.${number} = 1`,
      );
      if (kept !== keyed) throw new EtlError('UNBALANCED', `${kept} rows are left of ${keyed} keys`);
      return { table: last, rows: kept };
    },
    async drop() {
      for (const what of ['all', 'last'] as const) await dropStaging(open, session, comparedName(schema, target.id, what));
    },
  };
}

/** Ordinary ones stand where the staging table would; temporary ones are at home anywhere, so in a schema that is there. */
function schemaOf(open: OpenDatabase, session: SqlSession, { options, name, isThere }: Comparing): string | Promise<string> {
  if (open.dialect.ddl.createTemporary === null) return options.staging?.schema ?? name.schema;
  return isThere ? name.schema : open.schema(session);
}
