// Appends rejects for ever and prints every offset that is safe; to be killed.
import { openRejects } from '../../../src/state/index.js';

const { folder } = JSON.parse(process.argv[2] ?? '{}') as { folder: string };
const file = await openRejects({ folder, run: 'r', job: 'j', dataset: 'd', part: 'p' });
for (let number = 0; ; number += 1) {
  const values = [String(number), 'x'.repeat(5000)];
  await file.append([{ step: 'cast', reason: 'no number', values, schema: null }]);
  if (number % 5 === 4) process.stdout.write(`${await file.sync()}:${number + 1}\n`);
}
