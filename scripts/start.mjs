import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { demoFolder } from './demo-folder.mjs';
import { root } from './root.mjs';
import { runProcess } from './run-process.mjs';
import { setUp } from './setup.mjs';

const folder = join(root, 'demo');
const say = (text = '') => process.stdout.write(`${text}\n`);

/** Runs the real command line, as somebody would type it, and ends with its exit code where it fails. */
async function etl(...parameters) {
  say(`\n$ etl ${parameters.join(' ')}\n`);
  const { code } = await runProcess(process.execPath, [join(root, 'bin/run.js'), ...parameters], { directory: root, show: true });
  if (code !== 0) process.exit(code);
}

async function showSales() {
  const query = 'SELECT id, ordered_at, customer, country, category, quantity, total FROM sales ORDER BY id LIMIT 5';
  const warehouse = join(folder, 'out/warehouse.duckdb');
  say(`\nThe first rows of the table sales in ${relative(root, warehouse)}:\n`);
  const { code } = await runProcess(process.execPath, [join(root, 'scripts/show-table.mjs'), warehouse, query], {
    directory: root,
    show: true,
  });
  if (code !== 0) process.exit(code);
}

await setUp();
const demo = demoFolder(folder, join(root, 'node_modules/.cache/etl-demo-mark'));
const isFresh = demo.clear();
if (isFresh) {
  await etl('init', 'demo', '--template', 'demo', '--yes');
  demo.remember();
} else say('\nYou changed the demo, so it is run as it is. Delete the folder demo to start afresh.');

await etl('run', 'sales', '--project', 'demo');
await showSales();

const later = join(folder, 'data/later');
for (const file of existsSync(later) ? readdirSync(later) : []) {
  const target = join(folder, 'data/orders', file);
  say(`\nThe next orders arrive, in ${relative(root, target)}. The second run reads only what is new:`);
  copyFileSync(join(later, file), target);
}
await etl('run', 'sales', '--project', 'demo');
if (isFresh) demo.remember();

say(`
What to type next:
  cd demo
  ../bin/run.js preview sales        the rows after each step; writes nothing
  ../bin/run.js rejects show         the rows that were refused, and why
  ../bin/run.js test                 the job's own tests
  ../bin/run.js --help               everything else
The job is demo/jobs/sales/job.yaml. The guide begins at docs/guide/README.md.`);
