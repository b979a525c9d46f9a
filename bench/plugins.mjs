/**
 * Times of plugins and secrets: `npm run bench:plugins -- --rounds 5 --save`. Installs from this clone into homes of its own; npm takes from its cache
 * what is there. `--save` keeps the result for docs/performance.md. Needs gnome-keyring and dbus for the keychain; without them that line is left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';
import { root } from '../scripts/root.mjs';
import { setUp } from '../scripts/setup.mjs';
import { thisMachine } from '../scripts/provide-suites.mjs';
import { machine } from './machine.mjs';
import { median } from './measure.mjs';
import { secretReads } from './secret-reads.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, save: { type: 'boolean', default: false } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('--rounds takes a whole number\n');
  process.exit(2);
}
await setUp();
register();
const { PluginWorld } = await import('../test/plugins/plugin-world.ts');
const twelve = Array.from({ length: 12 }, (_, at) => ({ name: `@acme/etl-c${at + 1}`, connector: `c${at + 1}` }));
const results = [];
/** Processes that wanted a core when it began, ours not among them. */
const load = Math.round(loadavg()[0] * 10) / 10;

/** Runs the steps in turn in every round, so that a machine that slows down slows all of them; milliseconds of each. */
async function time(steps) {
  const all = new Map(Object.keys(steps).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, step] of Object.entries(steps)) {
      const started = performance.now();
      await step(round);
      all.get(name).push(performance.now() - started);
    }
  for (const [name, taken] of all) record(name, taken);
}

function record(name, all) {
  const result = { name, median: Math.round(median(all) * 10) / 10, fastest: Math.round(Math.min(...all) * 10) / 10, rounds: all.length };
  results.push(result);
  process.stdout.write(`${name.padEnd(64)}${String(result.median).padStart(9)} ms, fastest ${result.fastest} ms\n`);
}

const world = await PluginWorld.make();
try {
  await world.offer(...twelve);
  const etl = async (home, ...words) => {
    const ended = await world.etl(words, { variables: { XDG_DATA_HOME: join(world.base, home) } });
    if (ended.code !== 0) throw new Error(`etl ${words.join(' ')} ended with ${ended.code}\n${ended.stderr}`);
  };
  await etl('warm', 'plugins', 'install', 'c1', 'c2', 'postgres');
  await etl('twelve', 'plugins', 'install', ...twelve.map(({ connector }) => connector));
  await time({
    'etl plugins install of one connector, into an empty home': (round) => etl(`one-${round}`, 'plugins', 'install', 'c1'),
    'etl plugins install of two connectors, into an empty home': (round) => etl(`two-${round}`, 'plugins', 'install', 'c1', 'c2'),
    'etl plugins install postgres, into an empty home': (round) => etl(`postgres-${round}`, 'plugins', 'install', 'postgres'),
    'etl connectors list, nothing installed': () => etl('empty', 'connectors', 'list'),
    'etl connectors list, 12 plugins installed': () => etl('twelve', 'connectors', 'list'),
  });
  const canKeyring = thisMachine.has('gnome-keyring-daemon') && thisMachine.has('dbus-run-session');
  for (const [name, all] of await secretReads({ folder: join(world.base, 'secrets'), rounds, canKeyring })) record(name, all);
} finally {
  await world.end();
}

if (values.save) {
  const folder = join(root, 'bench/results/plugins');
  mkdirSync(folder, { recursive: true });
  const report = { date: new Date().toISOString().slice(0, 10), machine: await machine(), load, rounds, results };
  writeFileSync(join(folder, 'kept.json'), `${JSON.stringify(report, null, 2)}\n`);
}
