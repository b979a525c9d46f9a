import { DuckDBInstance } from '@duckdb/node-api';

/** Times at which history opened and closed a version differ from run to run; whether they are set must not. */
const times = new Set(['valid_from', 'valid_to']);

/** Every table with its columns and rows, in an order of its own; the rows of the loader's state tables are left out. */
export async function duckDbContent(path: string): Promise<{ [table: string]: unknown }> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    const texts = async (sql: string): Promise<(string | null)[][]> =>
      (await connection.runAndReadAll(sql)).getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    const tables = await texts(`select schema_name || '.' || table_name from duckdb_tables() order by 1`);
    const content: { [table: string]: unknown } = {};
    for (const [table] of tables) {
      if (table === null || table === undefined) continue;
      const [schema = '', ...rest] = table.split('.');
      const name = rest.join('.');
      if (name.startsWith('_etl')) {
        content[table] = 'state';
        continue;
      }
      const columns = await texts(
        `select column_name, data_type from duckdb_columns() where schema_name = '${schema}' and table_name = '${name}' order by column_index`,
      );
      const list = columns.map(([column = '']) => (times.has(column ?? '') ? `("${column}" is not null)::text` : `"${column}"::text`));
      content[table] = { columns, rows: await texts(`select ${list.join(', ')} from "${schema}"."${name}" order by all`) };
    }
    return content;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
