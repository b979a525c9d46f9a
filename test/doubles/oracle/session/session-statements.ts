import { OracleFailure } from '../sql/oracle-failure.js';
import type { Backend } from './backend.js';

/** ALTER SESSION: the schema is changed; formats and the time zone are taken and change nothing, as the double prints and reads ISO and UTC. */
export async function alterSession(backend: Backend, sql: string): Promise<void> {
  const schema = /current_schema\s*=\s*("[^"]+"|[\w$#]+)/i.exec(sql)?.[1];
  if (schema === undefined) return;
  const name = schema.startsWith('"') ? schema.slice(1, -1) : schema.toUpperCase();
  const { rows } = await backend.query('select 1 from pg_namespace where nspname = $1', [name]);
  if (rows.length === 0) throw new OracleFailure(1435, 'user does not exist');
  await backend.query(`select set_config('search_path', $1, false), set_config('oracle.schema', $2, false)`, [searchPath(name), name]);
}

/** Where a session looks for names without a schema. */
export const searchPath = (schema: string): string => `"${schema}", "SYS", pg_catalog`;

/** SET TRANSACTION, COMMIT, ROLLBACK [TO SAVEPOINT], SAVEPOINT as statements. */
export async function transactionStatement(backend: Backend, sql: string): Promise<void> {
  const words = sql.trim().replaceAll(/\s+/g, ' ');
  const savepoint = /^savepoint ("?[\w$#]+"?)$/i.exec(words)?.[1];
  const back = /^rollback (?:work )?to (?:savepoint )?("?[\w$#]+"?)$/i.exec(words)?.[1];
  if (/^set transaction read only/i.test(words)) await backend.begin('isolation level repeatable read read only');
  else if (/^set transaction isolation level serializable/i.test(words)) await backend.begin('isolation level repeatable read');
  else if (/^set transaction/i.test(words)) await backend.begin();
  else if (savepoint !== undefined) {
    await backend.begin();
    await backend.query(`savepoint ${savepoint}`);
  } else if (back !== undefined) await backend.query(`rollback to savepoint ${back}`);
  else if (/^commit/i.test(words)) await backend.commit();
  else await backend.rollback();
}
