/** A process that writes a secret, or reads it once and again: node bench/read-secret.mjs keychain|file write|read. Prints milliseconds as JSON. */
import { join } from 'node:path';

const [chosen, what] = process.argv.slice(2);
const started = performance.now();
const { openCredentials } = await import('../dist/credentials/index.js');
const credentials = openCredentials({
  variables: process.env,
  folder: join(process.env.HOME, 'settings'),
  chosen,
  onSecret: () => undefined,
  now: () => new Date(),
  askPassphrase: null,
});
const request = {
  address: { project: 'bench', environment: null, connection: 'shop', field: 'password' },
  endpoint: { text: 'bench', digest: '0'.repeat(64) },
};
if (what === 'write') await credentials.set(request, 'a secret of nobody');
else {
  await credentials.resolve(request);
  const first = performance.now() - started;
  const later = [];
  for (let round = 0; round < 20; round += 1) {
    const before = performance.now();
    await credentials.resolve(request);
    later.push(performance.now() - before);
  }
  process.stdout.write(JSON.stringify({ first, later }));
}
