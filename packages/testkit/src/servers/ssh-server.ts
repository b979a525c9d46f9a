import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execute, findProgram, freePort, ThrowawayServer } from './throwaway-server.js';

/** An OpenSSH server of its own, where the user of the tests signs in with a key. */
export interface SshServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Path of the private key that may sign in. */
  readonly key: string;
  /** Path of the same key with the passphrase `open sesame`. */
  readonly lockedKey: string;
  /** Its public host key, as a line of known_hosts holds it: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** SIGKILL, as a crash would; sessions end with it. */
  kill(): Promise<void>;
  /** Starts again on the same port. */
  start(): Promise<void>;
  /** Ends the server and removes its folder. */
  remove(): Promise<void>;
}

const packages = 'openssh-server';

/** Starts a server and waits until it greets. */
export async function startSsh(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-ssh-'));
  const [keygen, sshd] = [await findProgram('ssh-keygen', 'openssh-client'), await findProgram('sshd', packages)];
  const at = (name: string): string => join(folder, name);
  const make = (name: string, passphrase: string) =>
    execute(keygen, ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'etl', '-f', at(name)]);
  await Promise.all([make('host', ''), make('key', ''), make('locked', 'open sesame')]);
  await writeFile(at('authorized'), (await readFile(at('key.pub'), 'utf8')) + (await readFile(at('locked.pub'), 'utf8')));
  const port = await freePort();
  const lines = [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `PidFile ${at('pid')}`, `AuthorizedKeysFile ${at('authorized')}`, 'StrictModes no',
    'UsePAM no', 'PasswordAuthentication no', 'PermitRootLogin yes', 'AllowTcpForwarding local', 'LogLevel VERBOSE',
  ]; // prettier-ignore
  await writeFile(at('config'), `${lines.join('\n')}\n`);
  await chmod(folder, 0o755);
  // sshd separates its privileges there, where it runs as root
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const setpriv = await findProgram('setpriv', 'util-linux');
  const server = new ThrowawayServer({
    title: 'sshd',
    log: at('log'),
    stopSignal: 'SIGTERM',
    command: async () => [setpriv, ['--pdeathsig', 'TERM', sshd, '-D', '-E', at('log'), '-f', at('config')]],
    ready: () => greets(port),
  });
  await server.start();
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    key: at('key'),
    lockedKey: at('locked'),
    hostKey: (await readFile(at('host.pub'), 'utf8')).split(' ').slice(0, 2).join(' '),
    kill: () => server.kill(),
    start: () => server.start(),
    async remove() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function greets(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.setTimeout(1000, () => end(false));
  });
}
