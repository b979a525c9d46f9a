import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProcess } from '../scripts/run-process.mjs';

const preload = pathToFileURL(join(import.meta.dirname, 'report-usage.mjs')).href;
const gnuTime = '/usr/bin/time';

/**
 * Runs one command to its end. Answers seconds of wall and CPU, bytes at the peak, and for Node programs the bytes beside what DuckDB holds.
 * Throws where the command fails: a figure of a run that did not work is no figure.
 */
export async function measure({ command, directory, variables = {}, plain = false }, scratch) {
  const usagePath = join(scratch, 'usage.json');
  rmSync(usagePath, { force: true });
  const isNode = command[0] === process.execPath;
  const observed =
    isNode || plain || !existsSync(gnuTime) ? command : [gnuTime, '-f', '{"cpu":[%U,%S],"kb":%M}', '-o', usagePath, ...command];
  const options = isNode && !plain ? { NODE_OPTIONS: `--import ${preload}`, BENCH_USAGE: usagePath } : {};
  const started = performance.now();
  const { code, output, stdout } = await runProcess(observed[0], observed.slice(1), {
    directory,
    variables: { ...variables, ...options },
    timeout: 900_000,
  });
  const wall = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with code ${code}\n${output}`);
  return { wall, stdout, ...readUsage(usagePath) };
}

function readUsage(path) {
  if (!existsSync(path)) return {};
  const usage = JSON.parse(readFileSync(path, 'utf8'));
  return Array.isArray(usage.cpu) ? { cpu: usage.cpu[0] + usage.cpu[1], peak: usage.kb * 1024 } : usage;
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
