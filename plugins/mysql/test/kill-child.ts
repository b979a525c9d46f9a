import { appendFileSync } from 'node:fs';
import type { Mode, Schema } from '@etl/sdk';
import type { TextRow } from '@etl/testkit';
import { begin, connect, finish, writeRest } from './run-load.js';

/** One load as a process of its own, which kills itself at the n-th hit of a failpoint: `kill-child <connection as JSON> <mode> [name:n] [run]`. */
const [, , connectionText = '{}', mode = 'append', killAt = '', run = 'r1'] = process.argv;
const trace = process.env['TRACE'];
const hits = new Map<string, number>();

const failpoint = async (name: string): Promise<void> => {
  const hit = (hits.get(name) ?? 0) + 1;
  hits.set(name, hit);
  if (trace !== undefined) appendFileSync(trace, `${name}:${hit}\n`);
  if (killAt === `${name}:${hit}`) process.kill(process.pid, 'SIGKILL');
};

const schema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'integer', bits: 64, signed: true }, nullable: true },
    { name: 'name', type: { kind: 'text' }, nullable: true },
  ],
  key: [],
};

/** Keys that stand twice in the load, keys that are in the table already, and a key that is empty, which is refused. */
const rows = Array.from({ length: 900 }, (_, at): TextRow => [at === 333 ? null : String(at % 800), `new ${at}`]);

const connection = await connect(JSON.parse(connectionText) as object, { failpoint });
const options = { table: 't' };
const spec = {
  options,
  schema,
  mode: mode as Mode,
  rows,
  every: 400,
  run,
  ...(mode === 'append' || mode === 'replace' ? {} : { key: ['id'] }),
};
const loader = await connection.loader?.(options);
const state = await loader?.state('job/load');
if (state?.published?.run === run) console.log(JSON.stringify(state.published.counts));
else {
  const load = await begin(connection, spec);
  await writeRest(load, spec);
  console.log(JSON.stringify(await finish(load, spec)));
}
await connection.close();
