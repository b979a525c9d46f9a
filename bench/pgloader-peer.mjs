import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from '../scripts/provide-suites.mjs';
import { narrowColumns } from './tables.mjs';

/** Whether pgloader is there, after installing it where that is allowed. Says aloud where it is left out. */
export async function hasPgloader() {
  if (!thisMachine.has('pgloader') && thisMachine.isRoot && thisMachine.isDebian) await thisMachine.install(['pgloader']);
  const found = thisMachine.has('pgloader');
  if (!found) process.stderr.write('LEFT OUT pgloader: it is not installed: apt-get install pgloader\n');
  return found;
}

/** The commands of pgloader as a person would write them. Answers the path of the file that they are written to. */
export function pgloaderCommands(folder, { server, mariadb, narrow, table, source }) {
  const target = `postgresql://${server.user}:${server.password}@127.0.0.1:${server.port}/postgres`;
  const write = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    csv: write(
      'csv.load',
      `load csv from '${narrow}' having fields (${narrowColumns.join(', ')}) into ${target}?tablename=${table} target columns (${narrowColumns.join(', ')})
with skip header = 1, fields terminated by ',', fields optionally enclosed by '"';\n`,
    ),
    mysql:
      mariadb === null
        ? null
        : write(
            'mysql.load',
            `load database from mysql://root@127.0.0.1:${mariadb.port}/bench into ${target}
with include drop, create tables, no foreign keys, create no indexes including only table names matching '${source}' alter schema 'bench' rename to 'public';\n`,
          ),
  };
}
