import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { runProcess } from '../scripts/run-process.mjs';

/** Tables of the cases of MySQL. */
export const mysqlTables = {
  table: 'etl_lines', copy: 'etl_copy', merged: 'etl_merged', native: 'native_lines', few: 'few_lines', many: 'many_lines',
}; // prettier-ignore

const { table, copy, merged, few, many } = mysqlTables;

const steps = [
  'transform:',
  '  - lines:',
  '      - filter: "l_quantity >= 5"',
  '      - cast: { l_extendedprice: "decimal(14,2)", l_discount: "decimal(4,2)" }',
  '      - derive: { net: "l_extendedprice * (1 - l_discount)" }',
];

/** A project of etl with the jobs of the cases of MySQL, and its connector installed. */
export async function makeMysqlProject(folder, { port, narrow, changes }) {
  const directory = join(folder, 'mysql-project');
  const file = (path, ...lines) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), `${lines.join('\n')}\n`);
  };
  const job = (name, extract, load, { mode = 'mode: replace', transform = [] } = {}) =>
    file(
      `jobs/${name}/job.yaml`,
      `name: ${name}`,
      'extract:',
      `  lines: { ${extract} }`,
      ...transform,
      'load:',
      `  - { dataset: lines, ${load}, ${mode} }`,
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
  job('csv-to-mysql-transformed', `from: files, file: ${narrow}`, `to: shop, table: ${copy}`, { transform: steps });
  job('mysql-merge', `from: files, file: ${changes}`, `to: shop, table: ${merged}`, { mode: 'mode: merge, key: [l_id]' });
  job('mysql-to-csv-few', `from: shop, table: ${few}`, 'to: files, file: etl-few.csv');
  job('mysql-to-csv-many', `from: shop, table: ${many}`, 'to: files, file: etl-many.csv');
  const installed = await runProcess(process.execPath, [join(root, 'bin/run.js'), 'plugins', 'install', 'mysql', '--no-input'], {
    directory,
  });
  if (installed.code !== 0) throw new Error(`The plugin cannot be installed:\n${installed.output}`);
  return directory;
}
