import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setUp } from '../scripts/setup.mjs';
import { caseNames, longCaseNames, makeCases } from './cases.mjs';
import { machine } from './machine.mjs';
import { measure } from './measure.mjs';
import { chosenPeers, peerNames } from './peers/chosen-peers.mjs';
import { printCase, summarise } from './summary.mjs';

const usage = `npm run bench -- [options]
  --rows N      rows of the tables (default 1,000,000)
  --rounds N    how often each contender runs, interleaved (default 3); medians are reported
  --case NAME   only these cases; may be repeated: ${caseNames.join(', ')}; by name alone: ${longCaseNames.join(', ')}
  --peers       other tools that move rows take part too where rows go to PostgreSQL: ${peerNames.join(', ')}; takes minutes
  --peer NAME   one of them; may be repeated
  --folder DIR  where tables and targets are written (default: a temporary folder, removed at the end)
  --save NAME   keep the result as bench/results/NAME.json beside latest.json
`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    case: { type: 'string', multiple: true, default: caseNames },
    peers: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string' },
    save: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
let wantedPeers;
try {
  wantedPeers = chosenPeers(values);
} catch (error) {
  process.stderr.write(`${error.message}\n${usage}`);
  process.exit(2);
}
const unknown = values.case.find((name) => ![...caseNames, ...longCaseNames].includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no case '${unknown}'.\n${usage}`);
  process.exit(2);
}

await setUp();
const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'etl-bench-'));
mkdirSync(folder, { recursive: true });
const results = [];
const { cases, close } = await makeCases({ folder, rows, names: values.case, wantedPeers });
try {
  for (const benchCase of cases) {
    process.stderr.write(`\n${benchCase.name}: ${benchCase.title}\n`);
    for (const step of benchCase.once ?? []) await runOnce(step, folder);
    const runs = new Map(benchCase.contenders.map(({ name }) => [name, []]));
    for (let round = 0; round < (benchCase.rounds ?? rounds); round += 1) {
      // Interleaved, so that a machine that slows down slows all of them; each round starts with another one.
      const order = benchCase.contenders.map((_, at) => benchCase.contenders[(at + round) % benchCase.contenders.length]);
      for (const contender of order) {
        if (round >= (contender.rounds ?? Infinity)) continue;
        const run = await runOrLeaveOut(contender);
        if (run === null) continue;
        runs.get(contender.name).push(run);
        process.stderr.write(`  ${contender.name} ${run.wall.toFixed(2)} s\n`);
      }
    }
    results.push(summarise(benchCase, new Map([...runs].filter(([, list]) => list.length > 0))));
    printCase(results.at(-1));
  }
} finally {
  await close();
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
const report = { date: new Date().toISOString().slice(0, 10), machine: await machine(), rows, rounds, cases: results };
const kept = join(import.meta.dirname, 'results');
mkdirSync(kept, { recursive: true });
for (const name of ['latest', ...(values.save === undefined ? [] : [values.save])])
  writeFileSync(join(kept, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);

async function runOnce(contender, scratch) {
  await contender.prepare?.();
  const run = await measure(contender, scratch);
  const found = await contender.verify?.();
  return { ...run, found: found ?? null };
}

/** A peer of ours that does not work is no reason to measure nothing; anything else that fails ends the run. */
async function runOrLeaveOut(contender) {
  try {
    return await runOnce(contender, folder);
  } catch (error) {
    if (contender.isPeer !== true) throw error;
    process.stderr.write(`LEFT OUT ${contender.name}: ${error.message}\n`);
    return null;
  }
}
