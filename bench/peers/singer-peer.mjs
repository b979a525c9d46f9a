import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../../scripts/run-process.mjs';
import { providePackages } from './provide-packages.mjs';

/** A tap and a target of Singer in a pipe, what Meltano would run; from MySQL alone, and with fewer rows. */
export async function singerPeer({ folder, kind, few, server, mariadb, schema }) {
  if (kind !== 'mysql') return [];
  const [tap, target] = [await providePackages('tap-mysql'), await providePackages('target-postgres')];
  const directory = join(folder, 'singer');
  mkdirSync(directory, { recursive: true });
  const write = (name, value) => {
    writeFileSync(join(directory, name), JSON.stringify(value));
    return join(directory, name);
  };
  const program = join(tap, 'bin/tap-mysql');
  const settings = write('tap.json', {
    host: '127.0.0.1', port: mariadb.port, user: 'root', password: '', database: 'bench', filter_dbs: 'bench', use_gtid: false, engine: 'mariadb',
  }); // prettier-ignore
  const targetSettings = write('target.json', {
    host: '127.0.0.1', port: server.port, user: server.user, password: server.password, dbname: 'postgres', default_target_schema: schema,
    batch_size_rows: 100_000,
  }); // prettier-ignore
  const catalogue = join(directory, 'catalogue.json');
  return [
    {
      name: 'Singer: tap-mysql, target-postgres',
      rows: few.rows,
      written: `${schema}.${few.table}`,
      prepare: async () => {
        const { code, output, stdout } = await runProcess(program, ['--config', settings, '--discover'], { directory });
        if (code !== 0) throw new Error(output);
        write('catalogue.json', selected(JSON.parse(stdout), few.table));
      },
      command: ['sh', '-c', `'${program}' --config '${settings}' --properties '${catalogue}' | '${join(target, 'bin/target-postgres')}' --config '${targetSettings}' > '${join(directory, 'state')}'`],
    },
  ]; // prettier-ignore
}

/** The catalogue that a tap found, with one table of it chosen whole. */
export function selected({ streams }, table) {
  const whole = { selected: true, 'replication-method': 'FULL_TABLE' };
  const choose = (entry) => (entry.breadcrumb.length === 0 ? { ...entry, metadata: { ...entry.metadata, ...whole } } : entry);
  return {
    streams: streams
      .filter(({ table_name }) => table_name === table)
      .map((stream) => ({ ...stream, metadata: stream.metadata.map(choose) })),
  };
}
