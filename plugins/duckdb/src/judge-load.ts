import type { Session } from '@etl/columnar';
import { judgeLoad as judge, type JudgedShape, type Judging, type LoadShape, type TableFacts } from '@etl/sql/rules';
import { duckdbDialect } from './duckdb-dialect.js';
import { targetTable } from './target-table.js';

export type LoadRequest = Omit<Judging, 'found'>;

export interface JudgedLoad extends JudgedShape {
  /** The table as it is; null: there is none. */
  readonly found: TableFacts | null;
}

/** How a load would meet its table, with all that is wrong; `session` null: there is no database yet. Changes nothing. */
export async function judgeLoad(session: Session | null, request: LoadRequest): Promise<JudgedLoad> {
  const found = session === null ? null : await targetTable(session, request.name);
  return { ...judge({ dialect: duckdbDialect }, { ...request, found }), found };
}

/** The shape of a load that fits. Throws the first mistake. */
export async function decideShape(session: Session, request: LoadRequest): Promise<LoadShape> {
  const { shape, problems } = await judgeLoad(session, request);
  const [first] = problems;
  if (first !== undefined) throw first;
  return shape;
}
