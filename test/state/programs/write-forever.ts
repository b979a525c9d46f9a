// Replaces one file for ever with documents whose every line says the same number; to be killed.
import { writeDurably } from '../../../src/state/index.js';

const { path } = JSON.parse(process.argv[2] ?? '{}') as { path: string };
for (let number = 1; ; number += 1) {
  await writeDurably(path, `${number}\n`.repeat(40_000));
  if (number === 1) process.stdout.write('begun');
}
