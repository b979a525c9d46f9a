/**
 * Kills runs at random times, again and again: `npm run soak -- --rounds 50 --project PostgreSQL --mode merge --seed 7`; with `--kill server` the database server
 * instead of the run. The summary is JSON on standard output.
 */
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

const { values } = parseArgs({
  options: {
    kill: { type: 'string', default: 'cli' },
    mode: { type: 'string' },
    project: { type: 'string' },
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const rounds = wholeNumber('rounds', values.rounds);
const seed = wholeNumber('seed', values.seed);
if (!['cli', 'server'].includes(values.kill)) refuse(`--kill takes cli or server, not ${values.kill}`);

register();
const { soak } = await import('../test/end-to-end/kill-soak.ts');
const say = (line) => process.stderr.write(`${line}\n`);
say(`${rounds} rounds for each project, seed ${seed}`);
const summaries = await soak({ rounds, seed, victim: values.kill, mode: values.mode ?? null, project: values.project ?? null, say });
if (summaries.length === 0) say('there is no such project');
const failed = summaries.length === 0 || summaries.some(({ differences, kills }) => differences.length > 0 || kills === 0);
process.stdout.write(`${JSON.stringify({ rounds, seed, summaries }, null, 2)}\n`);
process.exitCode = failed ? 1 : 0;

function wholeNumber(name, text) {
  if (/^\d+$/.test(text)) return Number(text);
  refuse(`--${name} takes a whole number, not ${text}`);
}

function refuse(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}
