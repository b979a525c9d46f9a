import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { runProcess } from '../scripts/run-process.mjs';
import { rowsOfCsv } from './verify.mjs';

export const mysqlCaseNames = ['mysql-to-csv', 'csv-to-mysql', 'mysql-to-mysql'];

const [table, copy, native] = ['etl_lines', 'etl_copy', 'native_lines'];

/** Cases with a MariaDB of their own beside its native client. Its settings are those of the tests: no wait for the disk, for both contenders alike. */
export async function mysqlCases({ folder, rows, narrow }) {
  // Only now: it is built when the benchmark starts
  const { startMariadb } = await import('../packages/testkit/dist/index.js');
  const server = await startMariadb({ arguments: ['--innodb-buffer-pool-size=256M', '--innodb-log-file-size=256M'] });
  await server.sql('create database bench character set utf8mb4');
  const directory = await makeProject(folder, { port: server.port, narrow: basename(narrow) });
  const sql = (statements) => server.sql(statements, 'bench');
  const count = async (name) => {
    const found = Number(await sql(`select count(*) from ${name}`));
    if (found !== rows) throw new Error(`${name} holds ${found} rows instead of ${rows}`);
  };
  const forget = () =>
    ['jobs', 'runs', 'state', 'tmp'].forEach((name) => rmSync(join(directory, '.etl', name), { recursive: true, force: true }));
  const etl = (job, verify, target = null) => ({
    name: 'etl',
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
  }; // prettier-ignore
  return { cases: Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { ...base, ...one }])), close: () => server.remove() };
}

async function makeProject(folder, { port, narrow }) {
  const directory = join(folder, 'mysql-project');
  const file = (path, ...lines) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), `${lines.join('\n')}\n`);
  };
  const job = (name, extract, load) =>
    file(
      `jobs/${name}/job.yaml`,
      `name: ${name}`,
      'extract:',
      `  lines: { ${extract} }`,
      'load:',
      `  - { dataset: lines, ${load}, mode: replace }`,
    );
  file(
    'etl.yaml',
    'project: bench-mysql',
    'connections:',
    `  files: { connector: file, path: "${folder}" }`,
    `  shop: { connector: mysql, host: 127.0.0.1, port: ${port}, database: bench, user: root }`,
  );
  job('mysql-to-csv', `from: shop, table: ${table}`, 'to: files, file: etl-mysql.csv');
  job('csv-to-mysql', `from: files, file: ${narrow}`, `to: shop, table: ${table}`);
  job('mysql-to-mysql', `from: shop, table: ${table}`, `to: shop, table: ${copy}`);
  const installed = await runProcess(process.execPath, [join(root, 'bin/run.js'), 'plugins', 'install', 'mysql', '--no-input'], {
    directory,
  });
  if (installed.code !== 0) throw new Error(`The plugin cannot be installed:\n${installed.output}`);
  return directory;
}
