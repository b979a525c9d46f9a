import { runProcess } from './run-process.mjs';

/** Runs npm: the one that started this script, where there is one. */
export function npm(parameters, options) {
  const path = process.env.npm_execpath;
  return path?.endsWith('.js') ? runProcess(process.execPath, [path, ...parameters], options) : runProcess('npm', parameters, options);
}
