import { spawn } from 'node:child_process';

/**
 * Runs a program to its end. `show` lets it write to this terminal; otherwise its output is kept, both streams in the order they came.
 * `timeout` (milliseconds) ends a program that hangs.
 * Never throws for an exit code; a program that cannot be started counts as code 127 with the reason as its output.
 */
export function runProcess(program, parameters, { directory, variables = {}, show = false, input, timeout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: directory,
      env: { ...process.env, ...variables },
      timeout,
      stdio: [input === undefined ? (show ? 'inherit' : 'ignore') : 'pipe', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    const pieces = [];
    const stdout = [];
    child.stdout?.on('data', (piece) => (pieces.push(piece), stdout.push(piece)));
    child.stderr?.on('data', (piece) => pieces.push(piece));
    child.stdin?.end(input);
    child.on('error', (error) => resolve({ code: 127, output: error.message, stdout: '' }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, signal, output: Buffer.concat(pieces).toString('utf8'), stdout: Buffer.concat(stdout).toString('utf8') }),
    );
  });
}

/** Seconds since `started` (a value of `performance.now()`), as `3.4 s`. */
export const secondsSince = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;
