/** Kills runs at random times, again and again. The summary is JSON on standard output. */
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

const usage = `npm run soak -- [options], such as: npm run soak -- --rounds 50 --project PostgreSQL --mode merge --seed 7
  --rounds N       rounds for each project (default 50)
  --kill VICTIM    what is killed at random times: cli (default), or the database server
  --project TEXT   only projects whose name contains this
  --mode MODE      only projects of this write mode
  --seed N         repeats the times of an earlier soak
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    kill: { type: 'string', default: 'cli' },
    mode: { type: 'string' },
    project: { type: 'string' },
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
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
