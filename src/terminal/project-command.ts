import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EtlError, type Connector } from '@etl/sdk';
import type { Credentials, ResolveSecret } from '../credentials/credentials.js';
import type { Catalogue, CatalogueEntry } from '../plugins/catalogue.js';
import type { JobWorld } from '../jobs/job-world.js';
import type { Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { readSettings, settingsFolder } from '../settings/index.js';
import { Questions } from './ask.js';
import { askPassphrase } from './ask-passphrase.js';
import { EtlCommand } from './etl-command.js';
import { openEditor, type EditedPlace } from './open-editor.js';
import { readSecret } from './read-secret.js';

/** The global flags that say which project is meant. */
export interface ProjectFlags {
  readonly project?: string | undefined;
  readonly env?: string | undefined;
}

interface OpenParts {
  readonly secrets?: ResolveSecret;
  readonly registry?: Registry;
}

/** A command that works on a project. What it needs is imported when it is asked for, so that help stays quick. */
export abstract class ProjectCommand extends EtlCommand {
  #registry: Promise<Registry> | null = null;
  #credentials: Promise<Credentials> | null = null;

  /** The connectors of this installation: those that come with it, then those of plugins. */
  protected registry(): Promise<Registry> {
    this.#registry ??= this.#loadRegistry();
    return this.#registry;
  }

  /** Questions on this command's terminal. */
  protected get questions(): Questions {
    const { stdin, stderr } = this.outside;
    return new Questions({ terminal: this.terminal, stdin, stderr, signal: this.signal });
  }

  /** The person's credentials: each value that they give is hidden in all that the command writes. */
  protected credentials(): Promise<Credentials> {
    this.#credentials ??= this.#openCredentials();
    return this.#credentials;
  }

  /** A secret that a person types unseen, or that comes on standard input where that is no terminal. Hidden from now on in all output. */
  protected async readSecret(message: string, flag: string): Promise<string> {
    const { terminal, questions, outside, signal } = this;
    const validate = (text: string): string | null => (text === '' ? 'Nothing was typed' : null);
    const value =
      outside.stdin.isTTY || terminal.canAsk
        ? await questions.secret({ kind: 'secret', flag, message, validate })
        : await readSecret(outside.stdin, signal);
    this.redactor.add(value);
    return value;
  }

  /** Opens a file in the person's editor. Throws USAGE where there is no terminal or no editor. */
  protected async edit(place: EditedPlace): Promise<void> {
    const { variables } = this.outside;
    const editor = [readSettings(settingsFolder(variables)).editor, variables['VISUAL'], variables['EDITOR']].find(Boolean);
    if (editor === undefined || !this.terminal.canAsk)
      throw new EtlError('USAGE', editor === undefined ? 'No editor is chosen' : 'An editor needs a terminal', {
        hint: 'Choose one: etl config set editor COMMAND, or set EDITOR',
      });
    await openEditor(editor, place);
  }

  /** Folder of the project: `--project`, else the nearest etl.yaml upwards. Throws CONFIG_INVALID. */
  protected async projectDirectory({ project }: ProjectFlags): Promise<string> {
    const { findProject } = await import('../project/index.js');
    const directory = project === undefined ? findProject(this.outside.directory) : this.path(project);
    if (!existsSync(join(directory, 'etl.yaml')))
      throw new EtlError('CONFIG_INVALID', `There is no etl.yaml in ${directory}`, { hint: 'Give the folder of a project: --project DIR' });
    this.filesAreIn(directory);
    return directory;
  }

  /** `secrets` and `registry`: how they are found, where not as usual. */
  protected async openProject(flags: ProjectFlags, { secrets, registry: known }: OpenParts = {}): Promise<Project> {
    const directory = await this.projectDirectory(flags);
    await this.checkPlugins(directory);
    const { readProject } = await import('../project/index.js');
    const { steps } = await import('../transforms/index.js');
    const registry = known ?? (await this.registry());
    const { variables } = this.outside;
    return readProject(directory, {
      environment: flags.env ?? null, variables, registry, steps,
      secrets: secrets ?? (async (request) => (await this.credentials()).resolve(request)),
    }); // prettier-ignore
  }

  /** Opens the project's world of jobs for as long as the work takes. */
  protected async withJobs<T>(flags: ProjectFlags, work: (world: JobWorld) => Promise<T>): Promise<T> {
    const project = await this.openProject(flags);
    const { openJobWorld } = await import('../jobs/job-world.js');
    const registry = await this.registry();
    const { outside, signal, redactor } = this;
    const world = await openJobWorld({ project, registry, signal, redactor, variables: outside.variables, now: () => outside.now() });
    try {
      return await work(world);
    } finally {
      await world.close();
    }
  }

  async #openCredentials(): Promise<Credentials> {
    const { openCredentials } = await import('../credentials/open-credentials.js');
    const { outside, questions, redactor, terminal } = this;
    const folder = settingsFolder(outside.variables);
    return openCredentials({
      folder,
      variables: outside.variables,
      chosen: readSettings(folder).store ?? 'keychain',
      onSecret: (value) => redactor.add(value),
      now: () => outside.now(),
      askPassphrase: terminal.canAsk ? (purpose) => terminal.ask(() => askPassphrase(questions, purpose)) : null,
    });
  }

  /** Other plugins than those of etl.lock could give other rows. Throws CONFIG_INVALID, which names each difference. */
  protected async checkPlugins(directory: string): Promise<void> {
    const { lockFile, pluginHome } = await import('../plugins/plugin-home.js');
    if (!existsSync(join(directory, lockFile))) return;
    const { checkLock } = await import('../plugins/check-lock.js');
    const { bundledPlugins } = await import('../registry/index.js');
    const { folder } = pluginHome({ directory, variables: this.outside.variables, project: directory });
    await checkLock(directory, { home: folder, bundled: bundledPlugins() });
  }

  /** Connectors that etl can install by name. Throws CONFIG_INVALID. */
  protected async catalogue(): Promise<Catalogue> {
    const { readCatalogue } = await import('../plugins/catalogue.js');
    return readCatalogue({ root: this.config.root, variables: this.outside.variables });
  }

  /**
   * Also knows the options of connectors that are not installed, so that files can be checked; nothing can be opened with those. `onMissing` hears
   * of each that was asked for.
   */
  protected async registryForChecks(onMissing?: (entry: CatalogueEntry) => void): Promise<Registry> {
    const { describedConnector } = await import('../plugins/described-connector.js');
    const { entries } = await this.catalogue();
    return this.#loadRegistry(async (name) => {
      const entry = entries.find(({ connector }) => connector === name);
      const described = entry === undefined ? null : await describedConnector(entry);
      if (entry !== undefined && described !== null) onMissing?.(entry);
      return described;
    });
  }

  async #loadRegistry(describe?: (name: string) => Promise<Connector | null>): Promise<Registry> {
    const { bundledPlugins, loadRegistry } = await import('../registry/index.js');
    const { entries } = await this.catalogue();
    const installable = new Map(entries.map((entry) => [entry.connector, entry.package]));
    const bundled = bundledPlugins();
    const names = new Set(bundled.map(({ name }) => name));
    const others = this.config.getPluginsList().filter(({ name }) => !names.has(name));
    return loadRegistry([...bundled, ...others.map(({ name, root, pjson }) => ({ name, root, pjson }))], {
      installable,
      ...(describe && { describe }),
    });
  }
}
