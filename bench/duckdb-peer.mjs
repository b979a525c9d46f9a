// DuckDB by itself, through the same package that etl uses: node duckdb-peer.mjs DATABASE SQL...
import { DuckDBInstance } from '@duckdb/node-api';

const [path, ...statements] = process.argv.slice(2);
const instance = await DuckDBInstance.create(path);
const connection = await instance.connect();
for (const statement of statements) {
  const reader = await connection.runAndReadAll(statement);
  if (reader.columnCount > 0) process.stdout.write(`${JSON.stringify(reader.getRowsJson())}\n`);
}
connection.closeSync();
instance.closeSync();
