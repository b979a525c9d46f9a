import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const plugin = fileURLToPath(new URL('fixtures/canary-plugin', import.meta.url));

export const bin = join(root, 'bin/run.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly variables?: NodeJS.ProcessEnv;
  /** What comes on standard input; null: it stays open and silent. */
  readonly stdin?: string | null;
  readonly project?: string;
  /** In place of the plain command line. */
  readonly command?: readonly [string, ...string[]];
}

/** A clean home with the built command line, a project, and a connector that gives its password away whenever it can. */
export interface CredentialWorld {
  readonly folder: string;
  readonly home: string;
  readonly project: string;
  etl(words: readonly string[], options?: StartOptions): Promise<Ended>;
  /** Writes etl.yaml with the connection `shop` and a job that reads it. */
  connect(options?: { readonly [option: string]: string | number }, project?: string): Promise<void>;
  /** Every file below the folder that holds one of these texts; files that may hold it are left out. */
  filesWith(texts: readonly string[], except?: readonly string[]): Promise<string[]>;
  remove(): Promise<void>;
}

export async function credentialWorld(): Promise<CredentialWorld> {
  if (!existsSync(join(root, 'dist/terminal/start.js'))) throw new Error('The command line is not built: npm run build');
  const folder = await mkdtemp(join(tmpdir(), 'etl-credentials-'));
  const [home, data, project] = [join(folder, 'home'), join(folder, 'data'), join(folder, 'project')];
  for (const each of [home, data, join(folder, 'run')]) await mkdir(each, { mode: 0o700 });
  const link = { type: 'link', name: '@etl-test/canary', root: plugin };
  await writeFile(join(data, 'package.json'), JSON.stringify({ private: true, oclif: { schema: 1, plugins: [link] }, dependencies: {} }));
  const base = {
    PATH: process.env['PATH'],
    HOME: home,
    ETL_DATA_DIR: data,
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_DATA_HOME: join(folder, 'keyrings'),
  };
  await mkdir(base.XDG_DATA_HOME, { mode: 0o700 });
  const world: CredentialWorld = {
    folder, home, project,
    etl: (words, { variables = {}, stdin = '', command, project: cwd = project } = {}) =>
      start(command ?? [process.execPath, bin, ...words], { cwd, env: { ...base, ...variables }, stdin }),
    async connect(options = {}, directory = project) {
      const lines = Object.entries({ host: 'db.internal', ...options }).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`);
      const entry = `  shop:\n    connector: canary\n${lines.join('')}    password: { secret: password }\n  out:\n    connector: file\n    path: .\n`;
      await mkdir(join(directory, 'jobs/copy'), { recursive: true });
      await writeFile(join(directory, 'etl.yaml'), `project: shop\nconnections:\n${entry}`);
      await writeFile(
        join(directory, 'jobs/copy/job.yaml'),
        'name: copy\nextract:\n  rows: { from: shop }\nload:\n  - { dataset: rows, to: out, file: rows.csv, mode: replace }\n',
      );
    },
    filesWith: (texts, except = []) => filesWith(folder, texts, except),
    remove: () => rm(folder, { recursive: true, force: true }),
  }; // prettier-ignore
  await world.connect();
  return world;
}

async function start(
  [program, ...words]: readonly [string, ...string[]],
  { cwd, env, stdin }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly stdin: string | null },
): Promise<Ended> {
  const child = spawn(program, words, { cwd, env });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  child.stdin.on('error', () => undefined); // it may end without reading
  if (stdin !== null) child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  return { code, ...text };
}

/** Every file below the folder that holds one of these texts; files whose path has one of `except` are left out. */
export async function filesWith(folder: string, texts: readonly string[], except: readonly string[] = []): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (except.some((part) => path.includes(part))) continue;
    const bytes = await readFile(path, 'latin1');
    if (texts.some((text) => bytes.includes(Buffer.from(text).toString('latin1')))) found.push(path.slice(folder.length + 1));
  }
  return found;
}

/** The forms in which a secret must never be met: as it is, in an address, in base64 at each of its three alignments, in JSON. */
export function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
    return text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + Buffer.byteLength(secret)) * 8) / 6));
  });
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64])];
}
