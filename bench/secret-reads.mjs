import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { runProcess } from '../scripts/run-process.mjs';

const worker = join(import.meta.dirname, 'read-secret.mjs');

/** Milliseconds of reads from each store, each process a new one: the first read with all that it loads, and a later one. */
export async function secretReads({ folder, rounds, canKeyring }) {
  const stores = [
    ...(canKeyring ? [{ store: 'keychain', name: 'the keychain', command: inSession }] : []),
    { store: 'file', name: 'the encrypted file', command: (words) => words },
  ];
  const found = new Map();
  for (const { store, name, command } of stores) {
    const home = join(folder, store);
    mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
    const variables = {
      HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), XDG_DATA_HOME: join(home, 'data'), CI: '',
      ETL_CREDENTIALS_PASSPHRASE: 'a passphrase of nobody',
    }; // prettier-ignore
    const run = async (what) => {
      const [program, ...words] = command([process.execPath, worker, store, what]);
      const { code, output, stdout } = await runProcess(program, words, { directory: root, variables });
      if (code !== 0) throw new Error(output);
      return stdout;
    };
    await run('write');
    const reads = [];
    for (let round = 0; round < rounds; round += 1) reads.push(JSON.parse(await run('read')));
    found.set(`one secret from ${name}, first in a process`, reads.map(({ first }) => first));
    found.set(`one secret from ${name}, later in a process`, reads.flatMap(({ later }) => later));
  } // prettier-ignore
  return found;
}

const unlock = `printf %s 'password of the keyring' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"`;
const inSession = (words) => ['dbus-run-session', '--', 'sh', '-c', unlock, 'sh', ...words];
