import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a run of the built CLI ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly directory: string;
  /** Variables of the run beside PATH and HOME. */
  readonly variables?: { readonly [name: string]: string };
  /** Milliseconds after which it is killed with SIGKILL. */
  readonly killAfter?: number;
  /** Is told the id of the process. */
  readonly onStart?: (pid: number) => void;
}

const program = join(fileURLToPath(new URL('../..', import.meta.url)), 'bin', 'run.js');

/** Starts the built CLI as a person would, in a project, and waits for its end. */
export function runEtl(args: readonly string[], { directory, variables = {}, killAfter, onStart }: ProcessOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: join(directory, 'home'), CI: 'true', NO_COLOR: '1', ...variables };
    const child = spawn(process.execPath, [program, ...args], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.pid !== undefined) onStart?.(child.pid);
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...texts });
    });
  });
}
