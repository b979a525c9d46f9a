import { DuckDBInstance } from '@duckdb/node-api';

async function count(path, relation, expected) {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    const rows = Number((await connection.runAndReadAll(`SELECT count(*) FROM ${relation}`)).getRows()[0][0]);
    if (expected === undefined ? rows === 0 : rows !== expected)
      throw new Error(`${relation} in ${path} holds ${rows} rows instead of ${expected ?? 'some'}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Throws unless a table holds as many rows as it must; without a number, any. A fast run that lost rows is no figure. */
export const rowsOfTable = (database, table, expected) => count(database, table, expected);

/** The same for a CSV file. */
export const rowsOfCsv = (path, expected) => count(':memory:', `read_csv('${path.replaceAll("'", "''")}')`, expected);
