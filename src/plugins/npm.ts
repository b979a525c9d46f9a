import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EtlError } from '@etl/sdk';

export interface NpmCall {
  /** The folder it works in. */
  readonly directory: string;
  readonly words: readonly string[];
  readonly variables: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Where packages of the scope @etl come from; null: nowhere, since strangers may own that name on a public registry. */
  readonly scopeRegistry: string | null;
  /** Where everything else comes from; absent: as npm is set up on this machine. */
  readonly registry?: string;
}

/** A port that nothing listens on: whatever is asked for there is refused at once. */
const nowhere = 'http://127.0.0.1:9/';

/** Settings that would let npm work elsewhere, on other things or with scripts; the rest (proxy, certificates, registry) is the person's. */
const overridden =
  /^npm_(config_(prefix|local_prefix|global|location|workspaces?|include_workspace_root|omit|include|only|production|dry_run|package_lock.*|lockfile_version|ignore_scripts|allow_.*|save.*|before|force|legacy_peer_deps|install_strategy|@.*)|package_.*|lifecycle_.*)$/i;

/** Runs the npm that comes with etl; its answer is standard output. Throws CANCELLED, and UNREACHABLE or CONFIG_INVALID with npm's own reason. */
export async function runNpm({ directory, words, variables, signal, scopeRegistry, registry }: NpmCall): Promise<string> {
  signal.throwIfAborted();
  const scope = scopeRegistry ?? nowhere;
  const fixed = ['--prefix', directory, `--@etl:registry=${scope}`, '--fetch-retries=0', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const all = [npmCli(), ...words, ...fixed, ...(registry === undefined ? [] : ['--registry', registry])];
  const child = spawn(process.execPath, all, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env: npmVariables(variables) });
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (signal.aborted) throw new EtlError('CANCELLED', 'Interrupted; the plugins are as they were');
    if (code !== 0) throw npmError(errors + output);
    return output;
  } finally {
    signal.removeEventListener('abort', stop);
  }
} // prettier-ignore

/** The npm that `@oclif/plugin-plugins` brings: the same on every machine. */
function npmCli(): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('@oclif/plugin-plugins'));
  return join(dirname(resolve('npm/package.json')), 'bin', 'npm-cli.js');
}

function npmVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(variables).filter(([name]) => !overridden.test(name) && name !== 'NODE_OPTIONS');
  const around = [variables['NO_PROXY'] ?? variables['no_proxy'], '127.0.0.1'].filter(Boolean).join(',');
  return { ...Object.fromEntries(kept), NO_PROXY: around, no_proxy: around, npm_config_update_notifier: 'false' };
}

function npmError(text: string): EtlError {
  const lines = text
    .split('\n')
    .filter((line) => /^npm error /.test(line))
    .map((line) => line.slice('npm error '.length).replaceAll(/\/\/[^/\s]*@/g, '//***@'));
  const reasons = lines.filter((line) => !/^(A complete log|code |errno |syscall |\s*$)/.test(line)).slice(0, 4);
  const code = /npm error code (\S+)/.exec(text)?.[1] ?? '';
  const message = `npm could not do it: ${reasons.join(' ').trim() || code || 'it gave no reason'}`;
  if (text.includes(nowhere) || text.includes('127.0.0.1:9'))
    return new EtlError('CONFIG_INVALID', 'A package of the scope @etl is needed that is not in this installation of etl, and that scope is fenced off', {
      hint: 'Name the registry that has it: ETL_PLUGIN_REGISTRY=https://…, or install from a bundle: --offline DIR',
      cause: new Error(message),
    }); // prettier-ignore
  if (/^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|ENOTCACHED)$/.test(code))
    return new EtlError('UNREACHABLE', message, { hint: 'Without a network: etl plugins install --offline DIR' });
  if (code === 'ENOSPC') return new EtlError('DISK_FULL', message, { hint: 'Make room and start the command again' });
  return new EtlError('CONFIG_INVALID', message, { hint: 'The plugins are as they were' });
}
