import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { tableMaker } from './make-tables.mjs';
import { makeMysqlProject, mysqlTables } from './mysql-project.mjs';
import { narrowColumns } from './tables.mjs';
import { rowsOfCsv } from './verify.mjs';

export const mysqlCaseNames = ['mysql-to-csv', 'csv-to-mysql', 'mysql-to-mysql', 'mysql-transformed', 'mysql-merge'];
/** Takes minutes and gigabytes: run where it is asked for. */
export const mysqlLongCaseNames = ['mysql-memory'];

const { table, copy, merged, native, few, many } = mysqlTables;

/** Cases with a MariaDB of their own beside its native client. Its settings are those of the tests: no wait for the disk, for both contenders alike. */
export async function mysqlCases({ folder, rows, narrow, names, keep }) {
  // Only now: it is built when the benchmark starts
  const { startMariadb } = await import('../packages/testkit/dist/index.js');
  const server = keep(await startMariadb({ arguments: ['--innodb-buffer-pool-size=256M', '--innodb-log-file-size=256M'] }));
  await server.sql('create database bench character set utf8mb4');
  const changes = names.includes('mysql-merge') ? await tableMaker(folder)('changes', rows) : narrow;
  const directory = await makeMysqlProject(folder, { port: server.port, narrow: basename(narrow), changes: basename(changes) });
  const sql = (statements) => server.sql(statements, 'bench');
  const count = async (name, expected = rows) => {
    const found = Number(await sql(`select count(*) from ${name}`));
    if (found !== expected) throw new Error(`${name} holds ${found} rows instead of ${expected}`);
  };
  const forget = () =>
    ['jobs', 'runs', 'state', 'tmp'].forEach((name) => rmSync(join(directory, '.etl', name), { recursive: true, force: true }));
  const etl = (job, verify, target = null, name = 'etl') => ({
    name,
    command: [process.execPath, join(root, 'bin/run.js'), 'run', job, '--project', directory, '--no-input'],
    prepare: async () => {
      forget();
      if (target !== null) await sql(`drop table if exists ${target}, _etl_state, _etl_part`);
    },
    verify,
  });
  const client = `mariadb --no-defaults --socket=${server.socket} -uroot --local-infile=1 bench`;
  const like = () => sql(`create or replace table ${native} like ${table}`);
  const out = join(folder, 'etl-mysql.csv');
  const csv = "fields terminated by ',' optionally enclosed by '\\\"' escaped by '' lines terminated by '\\n' ignore 1 lines";
  const first = etl('csv-to-mysql', () => count(table), table);
  const base = { rows, rounds: undefined, once: [first] };
  const big = rows.toLocaleString('en');
  const half = Math.round(rows / 2);
  const isThere = async (name) => {
    if (Number(await sql(`select count(*) from ${name}`)) === 0) throw new Error(`${name} is empty`);
  };
  // The table has its key, as tables into which rows are merged do
  const mergeBase = () =>
    sql(
      `drop table if exists _etl_state, _etl_part; create or replace table ${merged} like ${table}; alter table ${merged} add primary key (l_id); insert into ${merged} select * from ${table}`,
    );
  const staged = `create or replace table ${native} like ${table}; load data local infile '${changes}' into table ${native} character set utf8mb4 ${csv}`;
  const upsert = `insert into ${merged} select * from ${native} on duplicate key update ${narrowColumns
    .slice(1)
    .map((name) => `${name} = values(${name})`)
    .join(', ')}`;
  const grow = (name, times) => ({
    name: `rows of ${name}`, command: ['sh', '-c', `${client} -e 'create or replace table ${name} like ${table}; ${Array(times).fill(`insert into ${name} select * from ${table};`).join(' ')}'`],
  }); // prettier-ignore
  const all = {
    'mysql-to-csv': {
      title: `MySQL (MariaDB) to CSV, ${rows.toLocaleString('en')} rows of 16 columns`, reference: 'mariadb --quick', reach: 1.2, goFor: 1,
      contenders: [
        etl('mysql-to-csv', () => rowsOfCsv(out, rows)),
        { name: 'mariadb --quick', command: ['sh', '-c', `${client} --quick -B -e 'select * from ${table}' > '${join(folder, 'native.tsv')}'`] },
      ],
    },
    'csv-to-mysql': {
      title: `CSV to a table of MySQL (MariaDB), ${rows.toLocaleString('en')} rows of 16 columns`, reference: 'LOAD DATA LOCAL', reach: 1.1, goFor: 0.9,
      contenders: [
        etl('csv-to-mysql', () => count(table), table),
        {
          name: 'LOAD DATA LOCAL', prepare: like, verify: () => count(native),
          command: ['sh', '-c', `${client} -e "load data local infile '${narrow}' into table ${native} character set utf8mb4 ${csv}"`],
        },
      ],
    },
    'mysql-to-mysql': {
      title: `MySQL to MySQL (MariaDB), ${rows.toLocaleString('en')} rows of 16 columns`, reference: 'mariadb | LOAD DATA LOCAL', reach: 1.1, goFor: 0.9,
      contenders: [
        etl('mysql-to-mysql', () => count(copy), copy),
        {
          name: 'mariadb | LOAD DATA LOCAL', prepare: like, verify: () => count(native),
          command: ['sh', '-c', `${client} --quick -B -N -e 'select * from ${table}' | ${client} -e "load data local infile '/dev/stdin' into table ${native} character set utf8mb4"`],
        },
      ],
    },
    'mysql-transformed': {
      title: 'CSV through filter, cast and derive into a table of MySQL (MariaDB)', reference: 'etl, without the steps', reach: 2, goFor: 1.5,
      contenders: [
        etl('csv-to-mysql-transformed', () => isThere(copy), copy),
        etl('csv-to-mysql', () => count(table), table, 'etl, without the steps'),
      ],
    },
    'mysql-merge': {
      title: `Merge of ${big} rows into a table of MySQL (MariaDB) of ${big}, half of them new`, reference: 'LOAD DATA LOCAL, then INSERT … ON DUPLICATE KEY UPDATE', reach: 1.3,
      contenders: [
        { ...etl('mysql-merge', () => count(merged, rows + half)), prepare: async () => { forget(); await mergeBase(); } },
        {
          name: 'LOAD DATA LOCAL, then INSERT … ON DUPLICATE KEY UPDATE', prepare: mergeBase, verify: () => count(merged, rows + half),
          command: ['sh', '-c', `${client} -e "${staged}; ${upsert}"`],
        },
      ],
    },
    'mysql-memory': {
      title: `Memory: ${(2 * rows).toLocaleString('en')} and ${(10 * rows).toLocaleString('en')} rows of MySQL (MariaDB) to CSV`, rows: undefined, rounds: 1, measure: 'besideDuckDbMb', reach: 150, goFor: 100,
      once: [first, grow(few, 2), grow(many, 10)],
      contenders: [
        etl('mysql-to-csv-many', () => rowsOfCsv(join(folder, 'etl-many.csv'), 10 * rows), null, `etl, ${(10 * rows).toLocaleString('en')} rows`),
        etl('mysql-to-csv-few', () => rowsOfCsv(join(folder, 'etl-few.csv'), 2 * rows), null, `etl, ${(2 * rows).toLocaleString('en')} rows`),
      ],
    },
  }; // prettier-ignore
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { ...base, ...one }]));
}
