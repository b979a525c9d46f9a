import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from './run-process.mjs';

/** Whether root may mount here: in many containers it may not. */
async function mayMount() {
  const folder = mkdtempSync(join(tmpdir(), 'etl-mount-'));
  try {
    const { code } = await runProcess('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    return code === 0 && (await runProcess('umount', [folder])).code === 0;
  } finally {
    rmdirSync(folder);
  }
}

/** Whether the registry of npm that this machine uses has the Verdaccio that test/plugins/verdaccio.ts installs. */
async function servesVerdaccio() {
  const { code, stdout } = await runProcess('npm', ['view', 'verdaccio@6.8.0', 'version', '--prefer-offline', '--fetch-retries=0'], {
    timeout: 60_000,
  });
  return code === 0 && stdout.trim() === '6.8.0';
}

/**
 * Suites that need more than Node. A test file belongs to the first suite whose pattern its path matches; all others need nothing.
 * `program` is looked for on the PATH and in the folders where Debian hides servers; `packages` are Debian's names for what brings it.
 * `root` says that only root can run it; `works` tries whether the machine allows it at all, and `otherwise` says what it does not allow.
 * `npm test` installs what is missing when it may, else leaves the suite out and says so; the tests start their own throwaway servers.
 */
export const suites = [
  {
    name: 'terminal',
    holds: 'questions, progress and interrupts on a real pseudo-terminal',
    files: /\.terminal\.test\.ts$/,
    needs: [{ program: 'script', packages: ['bsdutils'] }],
  },
  {
    name: 'keyring',
    holds: 'secrets in a real keychain: a Secret Service that works, is locked, is empty, is not there',
    files: /\.keyring\.test\.ts$/,
    needs: [
      { program: 'gnome-keyring-daemon', packages: ['gnome-keyring'] },
      { program: 'dbus-run-session', packages: ['dbus'] },
    ],
  },
  {
    name: 'registry',
    holds: 'a release on a real registry (Verdaccio, installed for the time of the test): install, update, lock, integrity, bundle',
    files: /\.verdaccio\.test\.ts$/,
    needs: [{ program: 'npm', packages: ['npm'], works: servesVerdaccio, otherwise: 'npm does not serve verdaccio 6.8.0 here' }],
  },
  {
    name: 'postgres',
    holds: 'a real PostgreSQL: every type, mode, kill and error',
    files: /\.postgres\.test\.ts$/,
    needs: [
      { program: 'postgres', packages: ['postgresql'] },
      { program: 'psql', packages: ['postgresql-client'] },
      { program: 'openssl', packages: ['openssl'] },
    ],
  },
  {
    name: 'mariadb',
    holds: 'a real MariaDB: every type, mode, kill and error of the connector mysql',
    files: /\.mariadb\.test\.ts$/,
    needs: [
      { program: 'mariadbd', packages: ['mariadb-server'] },
      { program: 'mariadb', packages: ['mariadb-client'] },
      { program: 'openssl', packages: ['openssl'] },
    ],
  },
  {
    name: 'databases',
    holds: 'jobs from one real database server to another',
    files: /\.databases\.test\.ts$/,
    needs: [
      { program: 'postgres', packages: ['postgresql'] },
      { program: 'psql', packages: ['postgresql-client'] },
      { program: 'mariadbd', packages: ['mariadb-server'] },
      { program: 'mariadb', packages: ['mariadb-client'] },
      { program: 'openssl', packages: ['openssl'] },
    ],
  },
  {
    name: 'ssh',
    holds: 'tunnels through a real SSH server',
    files: /\.ssh\.test\.ts$/,
    needs: [
      { program: 'sshd', packages: ['openssh-server'] },
      { program: 'ssh-keygen', packages: ['openssh-client'] },
    ],
  },
  {
    name: 'small-disk',
    holds: 'what happens when a disk is full or read-only, on a small file system of its own',
    files: /\.disk\.test\.ts$/,
    needs: [
      { program: 'mount', packages: ['mount'], root: true, works: mayMount, otherwise: 'this machine lets nobody mount a file system' },
    ],
  },
];

/** Tests that may be missing from a run even where every suite is required, with the reason. They are named all the same. */
export const optionalTests = [
  {
    test: /^The Chinook database between real servers /,
    reason: 'the scripts lie beside the clone on some machines and are too large to commit',
  },
  {
    test: /^The Chinook database as one JSON document /,
    reason: 'the file lies beside the clone on some machines and is too large to commit',
  },
];
