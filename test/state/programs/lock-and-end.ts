// Takes a lock and comes to its end without freeing it.
import { tryLocalLock } from '../../../src/state/index.js';

const { folder } = JSON.parse(process.argv[2] ?? '{}') as { folder: string };
const attempt = await tryLocalLock(folder, null);
process.stdout.write('lock' in attempt ? 'held' : 'busy');
