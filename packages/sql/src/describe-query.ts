import { EtlError, isEtlError, type Field, type Json } from '@etl/sdk';
import { render, type Fragment } from './fragment.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';

/** The columns of a query, each of another name. Throws SQL_FAILED, SCHEMA_MISMATCH. */
export async function describeQuery(open: OpenDatabase, session: SqlSession, query: Fragment): Promise<readonly Field[]> {
  const { sql: statement, binds } = render(query, open.dialect);
  const fields = await described(session, statement, binds);
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name))
      throw new EtlError('SCHEMA_MISMATCH', `The query gives two columns called ${name}`, { hint: 'Name one of them: as other_name' });
    seen.add(name);
  }
  return fields;
}

async function described(session: SqlSession, statement: string, binds: readonly (string | null)[]): Promise<readonly Field[]> {
  try {
    return await session.describe(statement, binds);
  } catch (error) {
    if (!isEtlError(error) || error.code !== 'SQL_FAILED') throw error;
    const { details } = error;
    throw new EtlError('SQL_FAILED', `The query fails: ${error.message}`, {
      hint: error.hint ?? 'A query of an extract is one SELECT',
      cause: error.cause,
      ...(isObject(details) ? { details } : {}),
    });
  }
}

const isObject = (details: Json): boolean => details !== null && typeof details === 'object';
