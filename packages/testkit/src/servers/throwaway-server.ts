import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const execute = promisify(execFile);

/** Folders where servers lie that are not on everybody's PATH; a star stands for any version. */
const folders = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/usr/lib/postgresql/*/bin',
];

/** The path of a program; throws with the packages that bring it. */
export async function findProgram(name: string, packages: string): Promise<string> {
  const known = await Promise.all(folders.map(expandStar));
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), ...known.flat()]) {
    const path = join(folder, name);
    if (folder !== '' && (await exists(path))) return path;
  }
  throw new Error(`${name} is not installed: apt-get install ${packages}`);
}

async function expandStar(folder: string): Promise<readonly string[]> {
  const [before, after] = folder.split('*');
  if (before === undefined || after === undefined) return [folder];
  const versions = await readdir(before).catch(() => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => `${before}${version}${after}`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A command run as the user of the server where the tests are root, which servers refuse, and ended by `signal` when the test process dies. */
export async function asUser(user: string, signal: string, command: readonly string[]): Promise<readonly [string, readonly string[]]> {
  const setpriv = await findProgram('setpriv', 'util-linux').catch(() => null);
  const [program = '', ...rest] = command;
  if (setpriv === null) return [program, rest];
  const other = process.getuid?.() === 0 ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
  return [setpriv, [...other, '--pdeathsig', signal, program, ...rest]];
}

/** Makes a folder that the user of the server owns. */
export async function folderOf(user: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await execute('id', [flag, user])).stdout)));
  await chown(path, uid ?? 0, gid ?? 0);
}

/** Gives all that is in a folder to the user of the server. */
export async function giveTo(user: string, path: string): Promise<void> {
  if (process.getuid?.() === 0) await execute('chown', ['-R', `${user}:${user}`, path]);
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

export interface ThrowawayProcess {
  /** For messages. */
  readonly title: string;
  command(): Promise<readonly [string, readonly string[]]>;
  /** Whether it answers by its protocol: an open port alone says nothing. */
  ready(): Promise<boolean>;
  readonly log: string;
  /** How it is asked to end in good order. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
}

/** A server process that can be killed and started again on the same port and data. */
export class ThrowawayServer {
  readonly #what: ThrowawayProcess;
  #process: ChildProcess | null = null;

  constructor(what: ThrowawayProcess) {
    this.#what = what;
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    const { title, command, ready, log } = this.#what;
    const [program, args] = await command();
    const begun = Date.now();
    for (;;) {
      const child = spawn(program, args, { stdio: 'ignore' });
      this.#process = child;
      while (child.exitCode === null && Date.now() - begun < 60_000) {
        if (await ready()) return;
        await sleep(20);
      }
      // Processes of a server that was killed may hold its data for a moment
      if (child.exitCode === null || Date.now() - begun > 10_000)
        throw new Error(`${title} did not start: ${await readFile(log, 'utf8').catch(() => 'no log')}`);
      await sleep(100);
    }
  }

  /** SIGKILL of the process and of its children, as a crash of the machine would: a child left alone may go on serving for a while. */
  async kill(): Promise<void> {
    const { pid } = this.#process ?? {};
    const children = pid === undefined ? [] : await childrenOf(pid);
    await this.#end('SIGKILL');
    for (const child of children) killIfThere(child);
  }

  /** Ends it in good order; data stay. */
  stop(): Promise<void> {
    return this.#end(this.#what.stopSignal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** What tests do with a server that runs in a folder of its own. */
export interface ServerControls {
  /** SIGKILL of the whole server, as a crash would. */
  kill(): Promise<void>;
  /** Starts again on the same port and data after `kill` or `stop`. */
  start(): Promise<void>;
  /** Ends it in good order; data stay. */
  stop(): Promise<void>;
  /** Ends the server and removes its folder. */
  remove(): Promise<void>;
}

/** `ending` is how it goes with its folder: a PostgreSQL that is killed leaves shared memory behind. */
export const controlsOf = (server: ThrowawayServer, folder: string, ending: 'kill' | 'stop' = 'kill'): ServerControls => ({
  kill: () => server.kill(),
  start: () => server.start(),
  stop: () => server.stop(),
  async remove() {
    await server[ending]();
    await rm(folder, { recursive: true, force: true });
  },
});

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
