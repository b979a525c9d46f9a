import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Pinned; scripts/suites.mjs asks npm for the same. */
const version = '6.8.0';

export interface Verdaccio {
  /** With a slash at its end. */
  readonly url: string;
  /** Where it keeps what was published. */
  readonly storage: string;
  publish(tarball: string): Promise<void>;
  /** What it says of a package: versions with their integrity. */
  about(name: string): Promise<{ readonly versions: { readonly [version: string]: { readonly dist: { readonly integrity: string } } } }>;
  /** Nobody answers any more. */
  end(): Promise<void>;
}

/** It listens on a free port of this machine alone, and ends when the test does, however that ends. */
const server = `
import { runServer } from 'verdaccio';
const server = await runServer('./config.yaml');
server.listen(0, '127.0.0.1', () => process.stdout.write(server.address().port + '\\n'));
process.stdin.on('end', () => process.exit()).resume();
`;

/** Knows only what is published to it: nothing is fetched from elsewhere. */
const config = `
storage: ./storage
uplinks: {}
auth: { htpasswd: { file: ./htpasswd, max_users: -1 } }
packages: { '**': { access: $all, publish: $all, unpublish: $all } }
log: { type: file, path: ./verdaccio.log, level: warn }
`;

/** Installs a real registry from npm into a folder and starts it. */
export async function startVerdaccio(folder: string): Promise<Verdaccio> {
  await mkdir(folder, { recursive: true });
  // The version of node-fetch that it names is not served everywhere
  const pjson = { private: true, type: 'module', dependencies: { verdaccio: version }, overrides: { 'node-fetch': '2.7.0' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(pjson));
  await npm(folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error');
  await writeFile(join(folder, 'config.yaml'), config);
  await writeFile(join(folder, 'server.mjs'), server);
  const child = spawn(process.execPath, ['server.mjs'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`Verdaccio ended with ${String(code)}`))),
  ])) as [string];
  const url = `http://127.0.0.1:${port}/`;
  // npm publishes nothing without a token, though this registry takes it from anybody
  const settings = join(folder, 'publish.npmrc');
  await writeFile(settings, `registry=${url}\n//127.0.0.1:${port}/:_authToken=nobody\n`);
  return {
    url,
    storage: join(folder, 'storage'),
    publish: (tarball) => npm(folder, 'publish', tarball, '--userconfig', settings, '--loglevel=error'),
    about: async (name) => (await fetch(`${url}${name.replace('/', '%2f')}`)).json() as ReturnType<Verdaccio['about']>,
    async end() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** What Verdaccio wrote into its log, for a test that fails. */
export const verdaccioLog = (folder: string): Promise<string> => readFile(join(folder, 'verdaccio.log'), 'utf8').catch(() => '');

async function npm(directory: string, ...words: readonly string[]): Promise<void> {
  await promisify(execFile)('npm', words, { cwd: directory });
}
