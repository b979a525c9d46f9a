import { join } from 'node:path';
import { providePackages } from './provide-packages.mjs';

/** Sling, whose settings are its fastest as they come: COPY into PostgreSQL. */
export async function slingPeer({ folder, kind, narrow, table, source, target, schema, python }) {
  const environment = await providePackages('sling');
  const binary = join(environment, 'lib', python, 'site-packages/sling_linux_amd64/bin/sling-linux-amd64');
  const from =
    kind === 'csv'
      ? ['--src-stream', `file://${narrow}`]
      : ['--src-conn', 'SOURCE', '--src-stream', `${kind === 'mysql' ? 'bench' : 'public'}.${table}`];
  return [
    {
      name: 'sling',
      command: [binary, 'run', ...from, '--tgt-conn', 'TARGET', '--tgt-object', `${schema}.lines`, '--mode', 'full-refresh'],
      variables: {
        SOURCE: `${source.replace('root@', 'root:@')}${kind === 'postgres' ? '?sslmode=disable' : ''}`,
        TARGET: `${target}?sslmode=disable`,
        SLING_HOME_DIR: join(folder, 'sling'),
      },
    },
  ];
}
