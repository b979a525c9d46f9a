import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { tableMaker } from './make-tables.mjs';
import { peerContenders } from './peers/peer-contenders.mjs';
import { hasPgloader, pgloaderCommands } from './pgloader-peer.mjs';
import { makePostgresProject, postgresTables } from './postgres-project.mjs';
import { narrowColumns } from './tables.mjs';
import { rowsOfCsv } from './verify.mjs';

export const postgresCaseNames = [
  'postgres-to-csv',
  'csv-to-postgres',
  'csv-to-postgres-transformed',
  'postgres-to-postgres',
  'mysql-to-postgres',
  'postgres-merge',
];

/** Cases that take long: they are run where they are named. */
export const postgresLongCaseNames = ['postgres-memory'];

const { table, copy, merged, native, few, many, peerLines } = postgresTables;
/** How much larger than the others the tables are whose reading is compared. */
const [fewTimes, manyTimes] = [2, 10];

/** Cases with a PostgreSQL of their own beside psql, and a MariaDB where rows come from one. No wait for the disk, for all contenders alike. */
export async function postgresCases({ folder, rows, narrow, names, wantedPeers, keep }) {
  // Only now: it is built when the benchmark starts
  const { startMariadb, startPostgres } = await import('../packages/testkit/dist/index.js');
  const server = keep(await startPostgres({ settings: ['shared_buffers=256MB'] }));
  const mariadb = names.includes('mysql-to-postgres') ? keep(await startMariadb()) : null;
  const changes = names.includes('postgres-merge') ? await tableMaker(folder)('changes', rows) : '';
  const directory = await makePostgresProject(folder, { server, mariadb, narrow: basename(narrow), changes: basename(changes) });
  const pgloader = names.some((name) => /^(csv|mysql)-to-postgres$/.test(name)) && (await hasPgloader());
  const count = async (name, expected = rows) => {
    const found = Number(await server.sql(`select count(*) from ${name}`));
    if (found !== expected) throw new Error(`${name} holds ${found} rows instead of ${expected}`);
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
  /** pgloader by the commands in a file; it ends well also where rows were refused, so they are counted. */
  const loader = (path, name, prepare) =>
    pgloader
      ? [
          {
            name: 'pgloader',
            command: ['pgloader', '--quiet', '--root-dir', join(folder, 'pgloader'), path],
            prepare,
            verify: () => count(name),
          },
        ]
      : [];
  const commands = pgloaderCommands(folder, { server, mariadb, narrow, table: `public.${native}`, source: peerLines });
  /** It knows no collation of a key of ours: the same rows in a table with one that it knows. */
  const forPgloader = async () => {
    const known = 'convert to character set utf8mb4 collate utf8mb4_unicode_ci';
    await server.sql(`drop table if exists ${peerLines}`);
    await mariadb.sql(
      `create or replace table ${peerLines} like ${table}; alter table ${peerLines} ${known}; insert into ${peerLines} select * from ${table}`,
      'bench',
    );
  };
  const grown = rows + Math.round(rows / 2);
  /** A table of the same rows with its key, as a merge meets it. */
  const seeded = (name) => async () => {
    forget();
    await server.sql(`drop table if exists ${name}, _etl_state, _etl_part; create table ${name} (like ${table}); insert into ${name} select * from ${table};
      alter table ${name} add primary key (l_id); analyze ${name}`);
  };
  const sized = (name, times) => async () => {
    await server.sql(`create table if not exists ${name} (like ${table})`);
    if (Number(await server.sql(`select count(*) from ${name}`)) > 0) return forget();
    await server.sql(`insert into ${name} select l.* from generate_series(1, ${times}) n, ${table} l; analyze ${name}`);
    return forget();
  };
  const some = async () => {
    if (Number(await server.sql(`select count(*) from ${copy}`)) < rows / 2) throw new Error(`${copy} holds too few rows`);
  };
  const [out, peer] = [join(folder, 'etl-postgres.csv'), join(folder, 'native-postgres.csv')];
  // The table that is read has its key, as tables do
  const first = etl('csv-to-postgres', async () => { await count(table); await server.sql(`alter table ${table} add primary key (l_id); analyze ${table}`); }, table); // prettier-ignore
  const big = rows.toLocaleString('en');
  const tenth = { table: 'peer_few_lines', rows: Math.round(rows / 10) };
  const withPeers = async (kind) =>
    names.includes(`${kind}-to-postgres`)
      ? peerContenders(wantedPeers, { folder, kind, narrow, table, few: tenth, server, mariadb, rows })
      : [];
  const others = { mysql: await withPeers('mysql'), csv: await withPeers('csv'), postgres: await withPeers('postgres') };
  const makeTenth = () =>
    mariadb.sql(`create or replace table ${tenth.table} like ${table}; insert into ${tenth.table} select * from ${table} where l_id <= ${tenth.rows}; alter table ${tenth.table} add primary key if not exists (l_id)`, 'bench'); // prettier-ignore
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
        ...loader(commands.csv, native, like),
        ...others.csv,
      ],
    },
    'csv-to-postgres-transformed': {
      title: 'CSV through filter, cast and derive to a table of PostgreSQL', reference: 'etl, without the steps', reach: 2, goFor: 1.5, once: [first],
      contenders: [
        etl('csv-to-postgres-transformed', some, copy),
        { ...etl('csv-to-postgres', () => count(table), table), name: 'etl, without the steps' },
      ],
    },
    'postgres-merge': {
      title: `Merge of ${big} rows into a table of PostgreSQL with ${big}, half of them new`, reference: 'staged by hand', reach: 1.3, once: [first],
      contenders: [
        { ...etl('postgres-merge', () => count(merged, grown)), prepare: seeded(merged) },
        shell('staged by hand', `${client} -v ON_ERROR_STOP=1 <<'SQL'\n${mergeByHand(changes)}\nSQL`, { prepare: seeded(native), verify: () => count(native, grown) }),
      ],
    },
    'postgres-memory': {
      title: `Memory: ${(rows * fewTimes).toLocaleString('en')} and ${(rows * manyTimes).toLocaleString('en')} rows of PostgreSQL to CSV`,
      rows: undefined, measure: 'peakMb', reach: 150, goFor: 100, rounds: 1, once: [first],
      contenders: [
        { ...etl('postgres-to-csv-many', () => rowsOfCsv(join(folder, 'etl-many.csv'), rows * manyTimes)), prepare: sized(many, manyTimes), name: `etl, ${manyTimes} times the rows` },
        { ...etl('postgres-to-csv-few', () => rowsOfCsv(join(folder, 'etl-few.csv'), rows * fewTimes)), prepare: sized(few, fewTimes), name: `etl, ${fewTimes} times the rows` },
      ],
    },
    'postgres-to-postgres': {
      title: `PostgreSQL to PostgreSQL, ${big} rows of 16 columns`, reference: 'psql | psql', reach: 1.5, goFor: 1.1, once: [first],
      contenders: [
        etl('postgres-to-postgres', () => count(copy), copy),
        shell('psql | psql', `${client} -c '\\copy ${table} to stdout' | ${client} -c '\\copy ${native} from stdin'`, into),
        ...others.postgres,
      ],
    },
    'mysql-to-postgres': {
      title: `MySQL (MariaDB) to PostgreSQL, ${big} rows of 16 columns`, reference: 'mariadb | psql', reach: 1.1, goFor: 0.9,
      once: [first, etl('csv-to-mysql', others.mysql.length > 0 ? makeTenth : null)],
      contenders: [
        etl('mysql-to-postgres', () => count(copy), copy),
        shell('mariadb | psql', `mariadb --no-defaults --socket=${mariadb?.socket} -uroot --quick -B -N -e 'select * from ${table}' bench | ${client} -c '\\copy ${native} from stdin'`, into),
        ...loader(commands.mysql, peerLines, forPgloader),
        ...others.mysql,
      ],
    },
  }; // prettier-ignore
  if (mariadb !== null) await mariadb.sql('create database bench character set utf8mb4');
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { rows, ...one }]));
}

/** What a person who knows PostgreSQL would write for a merge. */
function mergeByHand(changes) {
  const set = narrowColumns.filter((name) => name !== 'l_id').map((name) => `${name} = excluded.${name}`);
  return `begin;
create temporary table staged (like ${native}) on commit drop;
\\copy staged from '${changes}' csv header
analyze staged;
insert into ${native} select * from staged on conflict (l_id) do update set ${set.join(', ')};
commit;`;
}
