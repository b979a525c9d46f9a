import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { runProcess } from '../scripts/run-process.mjs';
import { rowsOfCsv } from './verify.mjs';

export const postgresCaseNames = ['postgres-to-csv', 'csv-to-postgres', 'postgres-to-postgres', 'mysql-to-postgres'];

const [table, copy, native] = ['etl_lines', 'etl_copy', 'native_lines'];

/** Cases with a PostgreSQL of their own beside psql, and a MariaDB where rows come from one. No wait for the disk, for all contenders alike. */
export async function postgresCases({ folder, rows, narrow, names }) {
  // Only now: it is built when the benchmark starts
  const { startMariadb, startPostgres } = await import('../packages/testkit/dist/index.js');
  const server = await startPostgres({ settings: ['shared_buffers=256MB'] });
  const mariadb = names.includes('mysql-to-postgres') ? await startMariadb() : null;
  const directory = await makeProject(folder, { server, mariadb, narrow: basename(narrow) });
  const count = async (name) => {
    const found = Number(await server.sql(`select count(*) from ${name}`));
    if (found !== rows) throw new Error(`${name} holds ${found} rows instead of ${rows}`);
  };
  const forget = () =>
    ['jobs', 'runs', 'state', 'tmp'].forEach((name) => rmSync(join(directory, '.etl', name), { recursive: true, force: true }));
  const variables = { PGPASSWORD: server.password, ETL_SECRET_DWH__PASSWORD: server.password };
  const etl = (job, verify, target = null) => ({
    name: 'etl',
    command: [process.execPath, join(root, 'bin/run.js'), 'run', job, '--project', directory, '--no-input'],
    variables,
    prepare: async () => {
      forget();
      if (target !== null) await server.sql(`drop table if exists ${target}, _etl_state, _etl_part`);
    },
    verify,
  });
  const client = `psql -X -q -h ${server.socket} -p ${server.port} -U ${server.user} -d postgres`;
  const like = () => server.sql(`drop table if exists ${native}; create table ${native} (like ${table})`);
  const shell = (name, script, more = {}) => ({ name, command: ['sh', '-c', script], variables, ...more });
  const into = { prepare: like, verify: () => count(native) };
  const [out, peer] = [join(folder, 'etl-postgres.csv'), join(folder, 'native-postgres.csv')];
  // The table that is read has its key, as tables do
  const first = etl('csv-to-postgres', async () => { await count(table); await server.sql(`alter table ${table} add primary key (l_id); analyze ${table}`); }, table); // prettier-ignore
  const big = rows.toLocaleString('en');
  const all = {
    'postgres-to-csv': {
      title: `PostgreSQL to CSV, ${big} rows of 16 columns`, reference: 'psql \\copy', reach: 1.2, goFor: 1, once: [first],
      contenders: [etl('postgres-to-csv', () => rowsOfCsv(out, rows)), shell('psql \\copy', `${client} -c "\\copy ${table} to '${peer}' csv header"`)],
    },
    'csv-to-postgres': {
      title: `CSV to a table of PostgreSQL, ${big} rows of 16 columns`, reference: 'psql \\copy', reach: 1.1, goFor: 0.9, once: [first],
      contenders: [
        etl('csv-to-postgres', () => count(table), table),
        shell('psql \\copy', `${client} -c "\\copy ${native} from '${narrow}' csv header"`, into),
      ],
    },
    'postgres-to-postgres': {
      title: `PostgreSQL to PostgreSQL, ${big} rows of 16 columns`, reference: 'psql | psql', reach: 1.5, goFor: 1.1, once: [first],
      contenders: [
        etl('postgres-to-postgres', () => count(copy), copy),
        shell('psql | psql', `${client} -c '\\copy ${table} to stdout' | ${client} -c '\\copy ${native} from stdin'`, into),
      ],
    },
    'mysql-to-postgres': {
      title: `MySQL (MariaDB) to PostgreSQL, ${big} rows of 16 columns`, reference: 'mariadb | psql', reach: 1.1, goFor: 0.9,
      once: [first, etl('csv-to-mysql', null)],
      contenders: [
        etl('mysql-to-postgres', () => count(copy), copy),
        shell('mariadb | psql', `mariadb --no-defaults --socket=${mariadb?.socket} -uroot --quick -B -N -e 'select * from ${table}' bench | ${client} -c '\\copy ${native} from stdin'`, into),
      ],
    },
  }; // prettier-ignore
  if (mariadb !== null) await mariadb.sql('create database bench character set utf8mb4');
  return {
    cases: Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { rows, ...one }])),
    close: async () => {
      await server.remove();
      await mariadb?.remove();
    },
  };
}

async function makeProject(folder, { server, mariadb, narrow }) {
  const directory = join(folder, 'postgres-project');
  const file = (path, ...lines) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), `${lines.join('\n')}\n`);
  };
  const job = (name, extract, load) =>
    file(`jobs/${name}/job.yaml`, `name: ${name}`, 'extract:', `  lines: { ${extract} }`, 'load:', `  - { dataset: lines, ${load}, mode: replace }`); // prettier-ignore
  file(
    'etl.yaml',
    'project: bench-postgres',
    'connections:',
    `  files: { connector: file, path: "${folder}" }`,
    `  dwh: { connector: postgres, host: 127.0.0.1, port: ${server.port}, database: postgres, user: ${server.user}, password: { secret: password } }`,
    ...(mariadb === null ? [] : [`  shop: { connector: mysql, host: 127.0.0.1, port: ${mariadb.port}, database: bench, user: root }`]),
  );
  job('postgres-to-csv', `from: dwh, table: ${table}`, 'to: files, file: etl-postgres.csv');
  job('csv-to-postgres', `from: files, file: ${narrow}`, `to: dwh, table: ${table}`);
  job('postgres-to-postgres', `from: dwh, table: ${table}`, `to: dwh, table: ${copy}`);
  if (mariadb !== null) {
    job('csv-to-mysql', `from: files, file: ${narrow}`, `to: shop, table: ${table}`);
    job('mysql-to-postgres', `from: shop, table: ${table}`, `to: dwh, table: ${copy}`);
  }
  for (const plugin of ['postgres', ...(mariadb === null ? [] : ['mysql'])]) {
    const { code, output } = await runProcess(process.execPath, [join(root, 'bin/run.js'), 'plugins', 'install', plugin, '--no-input'], {
      directory,
    });
    if (code !== 0) throw new Error(`The plugin cannot be installed:\n${output}`);
  }
  return directory;
}
