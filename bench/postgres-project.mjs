import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { runProcess } from '../scripts/run-process.mjs';

/** Tables of the cases of PostgreSQL. */
export const postgresTables = {
  table: 'etl_lines', copy: 'etl_copy', merged: 'etl_merged', native: 'native_lines', few: 'few_lines', many: 'many_lines', peerLines: 'peer_lines',
}; // prettier-ignore

const { table, copy, merged, few, many } = postgresTables;

const rowSteps = [
  'transform:',
  '  - lines:',
  '      - filter: "l_quantity >= 5"',
  '      - cast: { l_extendedprice: "decimal(14,2)", l_discount: "decimal(4,2)" }',
  '      - derive: { net: "l_extendedprice * (1 - l_discount)" }',
];

/** A project of etl with the jobs of the cases of PostgreSQL, and its connectors installed. */
export async function makePostgresProject(folder, { server, mariadb, narrow, changes }) {
  const directory = join(folder, 'postgres-project');
  const file = (path, ...lines) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), `${lines.join('\n')}\n`);
  };
  const job = (name, extract, load, { mode = 'mode: replace', transform = [] } = {}) =>
    file(`jobs/${name}/job.yaml`, `name: ${name}`, 'extract:', `  lines: { ${extract} }`, ...transform, 'load:', `  - { dataset: lines, ${load}, ${mode} }`); // prettier-ignore
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
  job('csv-to-postgres-transformed', `from: files, file: ${narrow}`, `to: dwh, table: ${copy}`, { transform: rowSteps });
  job('postgres-to-postgres', `from: dwh, table: ${table}`, `to: dwh, table: ${copy}`);
  job('postgres-merge', `from: files, file: ${changes}`, `to: dwh, table: ${merged}`, { mode: 'mode: merge, key: [l_id]' });
  job('postgres-to-csv-few', `from: dwh, table: ${few}`, 'to: files, file: etl-few.csv');
  job('postgres-to-csv-many', `from: dwh, table: ${many}`, 'to: files, file: etl-many.csv');
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
