import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { providePackages } from './provide-packages.mjs';

/** ingestr with Arrow and files of CSV, which PostgreSQL takes by COPY. */
export async function ingestrPeer({ folder, kind, narrow, table, source, target, schema }) {
  const environment = await providePackages('ingestr');
  const data = join(folder, 'ingestr');
  const from =
    kind === 'csv'
      ? ['--source-uri', `csv://${narrow}`, '--source-table', 'lines']
      : ['--source-uri', source.replace('mysql:', 'mysql+pymysql:'), '--source-table', `${kind === 'mysql' ? 'bench' : 'public'}.${table}`];
  const fast = ['--loader-file-format', 'csv', ...(kind === 'csv' ? [] : ['--sql-backend', 'pyarrow'])];
  return [
    {
      name: 'ingestr',
      command: [
        join(environment, 'bin/ingestr'), 'ingest', '--yes', '--progress', 'log', ...from, '--dest-uri', target, '--dest-table', `${schema}.lines`,
        '--full-refresh', ...fast,
      ],
      prepare: () => rmSync(data, { recursive: true, force: true }),
      variables: { DLT_DATA_DIR: data },
    },
  ]; // prettier-ignore
}
