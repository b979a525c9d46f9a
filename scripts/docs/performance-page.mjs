import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableOf } from '../../bench/summary.mjs';
import { root } from '../root.mjs';
import { code, generated, page, table } from './markdown.mjs';
import { pluginTimes } from './plugin-times.mjs';

/** docs/performance.md, from the results that were kept. */
export function performancePage() {
  const folder = join(root, 'bench/results');
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'latest.json') : [];
  return page(
    '# Performance',
    generated,
    'Measured beside what an expert would type, in one interleaved run. Seconds belong to one machine; the ratios carry over. A ratio above 1 means that we are slower than the reference. After every run the rows that were written are counted: a fast run that lost rows is no figure.',
    'Memory: `of it DuckDB` is what DuckDB says it holds, `of it JavaScript` the heap and buffers of our code, `beside DuckDB` all of the process but the former. The last holds the program itself (about 50 MB for Node, as much for DuckDB) and what DuckDB uses without counting it, so see it beside DuckDB alone doing the same.',
    'Other tools that move rows between databases take part once, where they were asked for, by the settings that they name the fastest; `rows written` says what a sum of hashes of every column and the types found different in their table. One with a number in `rows` moved that many, and its ratio is of its time for each row. CPU is of a command with all the processes that it waited for; its peak is that of the largest of them alone.',
    'Measure yourself: `npm run bench -- --rows 1000000`. What is counted and how: [decision 0010](decisions/0010-benchmarks.md).',
    kept.sort().map((name) => resultBlocks(JSON.parse(readFileSync(join(folder, name), 'utf8')))),
    pluginTimes(),
  );
}

function resultBlocks({ date, machine, rounds, rows, cases }) {
  const where = `${machine.system}, ${machine.cpus} × ${machine.model}, ${machine.memoryGb} GB, Node ${machine.node}, DuckDB ${machine.duckdb}`;
  return [
    `## ${rows.toLocaleString('en')} rows, ${date}`,
    `${where}. Medians of ${rounds} rounds.${speedOf(cases)}`,
    table(['case', 'measured', 'to reach', 'aimed at', ''], cases.filter(({ reach }) => reach).map(verdict)),
    cases.map((one) => [`### ${one.title}`, one.reference ? `Reference: ${one.reference}.` : '', resultTable(one)]),
  ];
}

/** How fast the machine was, for readers of seconds: what Node itself takes to start. */
function speedOf(cases) {
  const node = cases.flatMap(({ contenders }) => contenders).find(({ name }) => name === 'node, nothing else');
  return node === undefined
    ? ''
    : ` Node itself took ${Math.round(node.wall * 1000)} ms to start there; 40 to 50 ms are usual, so hold targets in seconds and rows a second against that.`;
}

const resultTable = (one) => {
  const [headings, ...rows] = tableOf(one);
  const used = headings.map((_, at) => rows.some((cells) => cells[at] !== ''));
  const keep = (cells) => cells.filter((_, at) => used[at]);
  return table(keep(headings), rows.map(keep));
};

const units = {
  ratio: (value) => `${value} ×`,
  rowsPerSecond: (value) => `${value.toLocaleString('en')} rows/s`,
  besideDuckDbMb: (value) => `${value} MB`,
  wall: (value) => `${Math.round(value * 1000)} ms`,
};

function verdict({ name, measure, reach, goFor, contenders }) {
  const own = contenders.filter(({ name: contender }) => contender.startsWith('etl')).at(measure === 'wall' ? -1 : 0);
  const value = own[measure];
  const reached = measure === 'rowsPerSecond' ? value >= reach : value <= reach;
  const show = units[measure];
  return [code(name), show(value), show(reach), goFor ? show(goFor) : '', reached ? 'reached' : 'not reached'];
}
