// Raises the epoch of a load by compare-and-set, again and again; a cursor counts along.
import { isEtlError } from '@etl/sdk';
import { openStateStore } from '../../../src/state/index.js';

const { directory, id, times } = JSON.parse(process.argv[2] ?? '{}') as { directory: string; id: string; times: number };
const store = openStateStore(directory);
let raised = 0;
let fenced = 0;
while (raised < times) {
  const document = await store.get(id);
  try {
    await store.put(id, document.epoch, { ...document, epoch: document.epoch + 1, cursors: { n: Number(document.cursors['n'] ?? 0) + 1 } });
    raised += 1;
    process.stdout.write('+');
  } catch (error) {
    if (!isEtlError(error) || error.code !== 'FENCED') throw error;
    fenced += 1;
  }
}
process.stderr.write(`${fenced}`);
