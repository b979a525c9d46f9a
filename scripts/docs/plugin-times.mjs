import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { table } from './markdown.mjs';

const kept = join(root, 'bench/results/plugins/kept.json');

/** The part of docs/performance.md on plugins and secrets, from the result that was kept. */
export function pluginTimes() {
  if (!existsSync(kept)) return [];
  const { date, machine, load, rounds, results } = JSON.parse(readFileSync(kept, 'utf8'));
  const ms = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value);
  return [
    `## Plugins and secrets, ${date}`,
    `${machine.system}, ${machine.cpus} × ${machine.model}, Node ${machine.node}; whole commands, npm with a warm cache, ${rounds} rounds, on a machine whose load was ${load} when it began; a load above the number of cores slows all of it. Measure yourself: \`npm run bench:plugins\`.`,
    table(
      ['', 'median ms', 'fastest ms'],
      results.map(({ name, median, fastest }) => [name, ms(median), ms(fastest)]),
    ),
  ];
}
