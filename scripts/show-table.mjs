// Prints the first rows of a query on a DuckDB file: node show-table.mjs FILE QUERY
import { DuckDBInstance } from '@duckdb/node-api';
import Table from 'cli-table3';

const [path, query] = process.argv.slice(2);
const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(query);
const table = new Table({ head: reader.columnNames(), style: { head: [], border: [], compact: true } });
for (const row of reader.getRows()) table.push(row.map((value) => (value === null ? '' : String(value))));
process.stdout.write(`${table.toString()}\n`);
connection.closeSync();
instance.closeSync();
