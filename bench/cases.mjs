import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { benchJobs } from './jobs.mjs';
import { tableMaker } from './make-tables.mjs';
import { mysqlCaseNames, mysqlCases, mysqlLongCaseNames } from './mysql-cases.mjs';
import { postgresCaseNames, postgresCases, postgresLongCaseNames } from './postgres-cases.mjs';
import { makeProject } from './project.mjs';
import { peers } from './peers.mjs';
import { rowsOfCsv, rowsOfTable } from './verify.mjs';

export const caseNames = [
  'csv-to-csv',
  'wide-to-csv',
  'csv-to-duckdb',
  'transformed',
  'script',
  'merge',
  'memory',
  'startup',
  ...mysqlCaseNames,
  ...postgresCaseNames,
];

/** Cases that take long: they are run where they are named. */
export const longCaseNames = [...mysqlLongCaseNames, ...postgresLongCaseNames];

/** Every case that was asked for: its contenders, what each needs before a run, and how the rows it wrote are counted after it. */
export async function makeCases({ folder, rows, names, wantedPeers = [] }) {
  const table = tableMaker(folder);
  const wanted = (name, ...cases) => cases.some((one) => names.includes(one));
  const paths = {
    narrow: await table('narrow', rows),
    wide: wanted('wide', 'wide-to-csv') ? await table('wide', Math.round(rows / 4)) : '',
    changes: wanted('changes', 'merge') ? await table('changes', rows) : '',
    parts: wanted('parts', 'transformed') ? await table('parts', 100_000) : '',
    big: wanted('big', 'memory') ? await table('narrow', rows * 5) : '',
  };
  writeFileSync(join(folder, 'one.csv'), 'id,name\n1,Ada\n');
  const files = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, basename(path)]));
  const project = makeProject(folder, benchJobs(files));
  const peer = peers(folder);
  const out = (name) => join(folder, name);
  const drop =
    (...targets) =>
    () =>
      targets.forEach((path) => rmSync(path, { recursive: true, force: true }));
  const etl = (job, verify, prepare = project.clear) => ({
    name: 'etl',
    command: project.command('run', job, '--project', project.directory),
    prepare,
    verify,
  });
  const toTable =
    (expected, database = project.warehouse, name = 'lines') =>
    () =>
      rowsOfTable(database, name, expected);
  const all = {
    'csv-to-csv': () => ({
      title: `CSV to CSV, ${rows.toLocaleString('en')} rows of 16 columns`,
      rows, reference: 'DuckDB COPY',
      contenders: [
        etl('csv-to-csv', () => rowsOfCsv(out('etl-out.csv'), rows)),
        { ...peer.copy(paths.narrow, out('peer-out.csv')), prepare: drop(out('peer-out.csv')), verify: () => rowsOfCsv(out('peer-out.csv'), rows) },
        ...peer.miller(paths.narrow), ...peer.csvkit(paths.narrow),
      ],
    }),
    'wide-to-csv': () => ({
      title: `CSV to CSV, ${Math.round(rows / 4).toLocaleString('en')} rows of 24 columns with Unicode, quotes, line breaks and nulls`,
      rows: Math.round(rows / 4), reference: 'DuckDB COPY',
      contenders: [
        etl('wide-to-csv', () => rowsOfCsv(out('etl-wide.csv'), Math.round(rows / 4))),
        { ...peer.copy(paths.wide, out('peer-wide.csv')), prepare: drop(out('peer-wide.csv')) },
        ...peer.miller(paths.wide), ...peer.csvkit(paths.wide),
      ],
    }),
    'csv-to-duckdb': () => ({
      title: `CSV to a DuckDB table, ${rows.toLocaleString('en')} rows of 16 columns`,
      rows, reference: 'DuckDB read_csv', reach: 1.5, goFor: 1.2,
      contenders: [
        etl('csv-to-duckdb', toTable(rows)),
        { ...peer.load(paths.narrow), prepare: drop(peer.database), verify: toTable(rows, peer.database) },
      ],
    }),
    transformed: () => ({
      title: 'CSV through filter, cast, derive, dedupe and a join with 100,000 rows into a DuckDB table',
      rows, reference: 'etl, without the steps', reach: 2, goFor: 1.5,
      contenders: [
        { ...etl('transformed', null), verify: () => rowsOfTable(project.warehouse, 'sales') },
        { ...etl('csv-to-duckdb', toTable(rows)), name: 'etl, without the steps' },
        { ...peer.transformed(paths.narrow, paths.parts), prepare: drop(peer.database), verify: () => rowsOfTable(peer.database, 'sales') },
      ],
    }),
    script: () => ({
      title: 'CSV through a TypeScript function for each row to CSV',
      rows, measure: 'rowsPerSecond', reach: 250_000,
      contenders: [etl('script', () => rowsOfCsv(out('etl-script.csv'), rows))],
    }),
    merge: () => ({
      title: `Merge of ${rows.toLocaleString('en')} rows into a table of ${rows.toLocaleString('en')}, half of them new`,
      rows, reference: 'DuckDB, staged by hand', reach: 1.3,
      once: [{ ...etl('csv-to-duckdb', () => project.keep('merge-base.duckdb')) }, { ...peer.load(paths.narrow), prepare: drop(peer.database), verify: peer.keep }],
      contenders: [
        etl('merge', toTable(rows + Math.round(rows / 2)), () => project.restore('merge-base.duckdb')),
        { ...peer.merge(paths.changes), prepare: peer.restore, verify: toTable(rows + Math.round(rows / 2), peer.database) },
      ],
    }),
    memory: () => ({
      title: `Memory: ${(rows * 5).toLocaleString('en')} rows to a DuckDB table`,
      rows: rows * 5,
      measure: 'besideDuckDbMb',
      reach: 150,
      goFor: 100,
      rounds: 1,
      contenders: [
        etl('memory', toTable(rows * 5)),
        { ...peer.load(paths.big), prepare: drop(peer.database), verify: toTable(rows * 5, peer.database) },
      ],
    }),
    startup: () => ({
      title: 'Start: help, and a job of one row',
      measure: 'wall', reach: 0.4, goFor: 0.25, rounds: 10,
      contenders: [
        { name: 'etl --help', command: [...project.command().slice(0, 2), '--help'], plain: true },
        { name: 'etl --version', command: [...project.command().slice(0, 2), '--version'], plain: true },
        { ...etl('trivial', () => rowsOfCsv(out('etl-one.csv'), 1)), name: 'etl run, one row', plain: true },
        { name: 'node, nothing else', command: [process.execPath, '-e', '0'], plain: true },
      ],
    }),
  }; // prettier-ignore
  const servers = { folder, rows, narrow: paths.narrow, names, wantedPeers };
  const mysql = await casesOfServer([...mysqlCaseNames, ...mysqlLongCaseNames], names, (keep) => mysqlCases({ ...servers, keep }));
  const postgres = await casesOfServer([...postgresCaseNames, ...postgresLongCaseNames], names, (keep) =>
    postgresCases({ ...servers, keep }),
  );
  const known = { ...mysql.cases, ...postgres.cases };
  return {
    cases: names.flatMap((name) => ({ name, ...(known[name] ?? all[name]?.()) })).filter(({ contenders }) => contenders !== undefined),
    close: async () => {
      await mysql.close();
      await postgres.close();
    },
  };
}

/**
 * The cases of a server, where any of them is wanted; without its programs they are left out, and said to be. What `keep` is given ends with them, or where they
 * cannot be made.
 */
async function casesOfServer(own, names, make) {
  const servers = [];
  const keep = (server) => {
    servers.push(server);
    return server;
  };
  const close = async () => {
    for (const server of servers.splice(0)) await server.remove();
  };
  const wanted = own.filter((name) => names.includes(name));
  if (wanted.length === 0) return { cases: {}, close };
  try {
    return { cases: await make(keep), close };
  } catch (error) {
    await close();
    if (!/is not installed/.test(error.message)) throw error;
    process.stderr.write(`LEFT OUT ${wanted.join(', ')}: ${error.message}\n`);
    return { cases: {}, close };
  }
}
