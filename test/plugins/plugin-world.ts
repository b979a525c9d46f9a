import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeCatalogue, writePlugin, type PluginPackage } from './plugin-package.js';
import type { PublishedPackage } from './scope-registry.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly directory?: string;
  readonly variables?: NodeJS.ProcessEnv;
  /** Sees the process while it works. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void>;
}

/** The built CLI in a home where nothing was ever installed, with plugins whose sources lie beside a catalogue. */
export class PluginWorld {
  private constructor(
    readonly base: string,
    private readonly bin: string,
  ) {}

  /** `bin`: another command line than the one of this clone; `base`: a folder that is there. */
  static async make({ bin = join(root, 'bin/run.js'), base }: { bin?: string; base?: string } = {}): Promise<PluginWorld> {
    const world = new PluginWorld(base ?? (await realpath(await mkdtemp(join(tmpdir(), 'etl-plugins-')))), bin);
    for (const folder of ['home', 'sources', 'work']) await mkdir(join(world.base, folder));
    await writeCatalogue(world.catalogue, []);
    return world;
  }

  get catalogue(): string {
    return join(this.base, 'sources/catalogue.json');
  }

  get data(): string {
    return join(this.base, 'home/.local/share/etl');
  }

  folder(connector: string): string {
    return join(this.base, 'sources', connector);
  }

  /** Writes the sources of these plugins and a catalogue of exactly them. */
  async offer(...plugins: readonly PluginPackage[]): Promise<void> {
    for (const plugin of plugins) await writePlugin(this.folder(plugin.connector), plugin);
    await writeCatalogue(this.catalogue, plugins.map((plugin) => ({ ...plugin, folder: plugin.connector }))); // prettier-ignore
  }

  /** A catalogue of names whose sources are not on this machine. */
  name = (...plugins: readonly PluginPackage[]): Promise<void> => writeCatalogue(this.catalogue, plugins);

  /** Packs these plugins, and the SDK that they need, as their authors would publish them. */
  async publish(...plugins: readonly PluginPackage[]): Promise<PublishedPackage[]> {
    const published = [await this.#packed(join(root, 'packages/sdk'))];
    for (const plugin of plugins) published.push(await this.pack(plugin));
    return published;
  }

  /** Packs a plugin as its author would. */
  async pack(plugin: PluginPackage): Promise<PublishedPackage> {
    const source = join(this.base, 'authors', `${plugin.connector}-${plugin.version ?? ''}`);
    await writePlugin(source, plugin);
    return this.#packed(source);
  }

  async #packed(source: string): Promise<PublishedPackage> {
    const folder = join(this.base, 'published');
    await mkdir(folder, { recursive: true });
    const { stdout } = await promisify(execFile)('npm', ['pack', source, '--json', '--ignore-scripts', '--pack-destination', folder]);
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const pjson = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as PublishedPackage['pjson'];
    return { pjson, tarball: join(folder, filename) };
  }

  /** A project whose job reads the one row of a connector into a CSV file. */
  async project(connector: string, name = 'project'): Promise<string> {
    const directory = join(this.base, name);
    await mkdir(join(directory, 'jobs/copy'), { recursive: true });
    const connections = `  source: { connector: ${connector} }\n  files: { connector: file, path: ./out }\n`;
    await writeFile(join(directory, 'etl.yaml'), `project: ${name}\nconnections:\n${connections}`);
    const job = `name: copy\nextract:\n  rows: { from: source }\nload:\n  - { dataset: rows, to: files, file: rows.csv, mode: replace }\n`;
    await writeFile(join(directory, 'jobs/copy/job.yaml'), job);
    return directory;
  }

  rows = (project: string): Promise<string> => readFile(join(project, 'out/rows.csv'), 'utf8');

  /** npm is set up as for whoever runs the tests; everything else is new. */
  async etl(words: readonly string[], { directory, variables = {}, meanwhile }: StartOptions = {}): Promise<Ended> {
    const { npm_config_userconfig = join(homedir(), '.npmrc'), npm_config_cache = join(homedir(), '.npm'), ...others } = process.env;
    const settings = { HOME: join(this.base, 'home'), npm_config_userconfig, npm_config_cache, CI: 'true', ETL_CATALOGUE: this.catalogue };
    const child = spawn(process.execPath, [this.bin, ...words], {
      cwd: directory ?? join(this.base, 'work'),
      env: { ...others, NODE_OPTIONS: '', ...settings, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
    const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
    await meanwhile?.(child);
    return { code: await ended, ...text };
  }

  async plugins(options: StartOptions = {}): Promise<string[]> {
    const { stdout } = await this.etl(['plugins', 'list', '--json'], options);
    const { plugins } = JSON.parse(stdout) as { plugins: { name: string; version: string; source: string }[] };
    return plugins.map(({ name, version, source }) => `${name} ${version} ${source}`);
  }

  end = (): Promise<void> => rm(this.base, { recursive: true, force: true });
}
