import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../../scripts/run-process.mjs';
import { dltPeer } from './dlt-peer.mjs';
import { ingestrPeer } from './ingestr-peer.mjs';
import { quietVariables } from './quiet-variables.mjs';
import { singerPeer } from './singer-peer.mjs';
import { slingPeer } from './sling-peer.mjs';
import { writtenRows } from './written-rows.mjs';

const makers = { dlt: dltPeer, ingestr: ingestrPeer, sling: slingPeer, singer: singerPeer };
const schema = 'peer';

/**
 * The peers that were asked for as contenders of a case of PostgreSQL. One that cannot be provided is left out, and the reason is said. Each runs
 * once, and answers what differs in the rows that it wrote, instead of failing for it.
 */
export async function peerContenders(names, place, { make = makers, say = (text) => process.stderr.write(text) } = {}) {
  const target = `postgresql://${place.server.user}:${place.server.password}@127.0.0.1:${place.server.port}/postgres`;
  const source = place.kind === 'mysql' ? `mysql://root@127.0.0.1:${place.mariadb.port}/bench` : target;
  const folder = join(place.folder, 'peers');
  mkdirSync(folder, { recursive: true });
  const contenders = [];
  for (const name of names)
    try {
      const python = name === 'sling' ? await pythonVersion() : undefined;
      contenders.push(...(await make[name]({ ...place, folder, source, target, schema, python })));
    } catch (error) {
      say(`LEFT OUT ${name}: ${error.message}\n`);
    }
  return contenders.map((one) => asContender(one, place));
}

const asContender = (one, { server, table, rows }) => ({
  rounds: 1,
  isPeer: true,
  ...one,
  variables: { ...quietVariables, ...one.variables },
  prepare: async () => {
    await server.sql(`drop schema if exists ${schema} cascade; create schema ${schema}`);
    await one.prepare?.();
  },
  verify: () => writtenRows(server.sql, { expected: table, written: one.written ?? `${schema}.lines`, rows: one.rows ?? rows }),
});

/** The folder of the libraries in an environment of this machine's Python. */
async function pythonVersion() {
  const asked = await runProcess('python3', ['-c', 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}")']);
  if (asked.code !== 0) throw new Error('python3 is not installed');
  return asked.stdout.trim();
}
