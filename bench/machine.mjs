import { cpus, totalmem } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const systemName = () =>
  (existsSync('/etc/os-release') ? /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] : undefined) ?? process.platform;

/** What the figures were measured on. */
export async function machine() {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const [[duckdb]] = (await connection.runAndReadAll('SELECT version()')).getRows();
  connection.closeSync();
  instance.closeSync();
  return {
    system: systemName(),
    cpus: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    duckdb,
  };
}
