import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';

/** A project of etl in the folder of the benchmark, with its jobs; files and the warehouse lie in the folder itself. */
export function makeProject(folder, jobs) {
  const directory = join(folder, 'project');
  const lines = [
    'project: bench',
    'connections:',
    `  files: { connector: file, path: "${folder}" }`,
    `  warehouse: { connector: duckdb, path: "${join(folder, 'etl.duckdb')}" }`,
  ];
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'etl.yaml'), `${lines.join('\n')}\n`);
  for (const [name, files] of Object.entries(jobs)) {
    const job = join(directory, 'jobs', name);
    mkdirSync(job, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(job, file), text);
  }
  const warehouse = join(folder, 'etl.duckdb');
  const own = [warehouse, `${warehouse}.wal`, join(directory, '.etl')];
  return {
    directory,
    warehouse,
    command: (...parameters) => [process.execPath, join(root, 'bin/run.js'), ...parameters, '--no-input'],
    /** As if nothing had ever run. */
    clear: () => own.forEach((path) => rmSync(path, { recursive: true, force: true })),
    keep: (name) => cpSync(warehouse, join(folder, name)),
    restore: (name) => {
      own.forEach((path) => rmSync(path, { recursive: true, force: true }));
      cpSync(join(folder, name), warehouse);
    },
  };
}
