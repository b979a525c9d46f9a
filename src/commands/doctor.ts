import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, settingsFolder } from '../settings/index.js';
import type { Finding } from '../state/finding.js';
import { plural } from '../terminal/format-quantity.js';
import { ProjectCommand, type ProjectFlags } from '../terminal/project-command.js';
import { visibleText } from '../terminal/visible-text.js';

export default class Doctor extends ProjectCommand {
  static override summary = 'Look for what is missing or broken on this machine, and say how to cure it';
  static override description =
    'Looks at the installation and the keychain anywhere, and in a project also at its plugins, files, locks, disk and unfinished runs. Connects to nothing and leaves nothing behind: to try the keychain it writes an entry and removes it.';
  static override examples = [
    { description: 'Before the first run on a new machine', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'As a health check: exits 1 where something does not work',
      command: '<%= config.bin %> <%= command.id %> --project /srv/shop --json',
    },
  ];
  static override exitCodes = [0, 1, 2] as const;
  static override flags = {};

  async run() {
    const { flags } = await this.parse(Doctor);
    const findings = [...(await this.#installation()), ...(await this.#project(flags))];
    const failures = findings.filter(({ status }) => status === 'problem').length;
    const exitCode = failures > 0 ? 1 : 0;
    this.exitWith(exitCode);
    if (!this.jsonEnabled()) this.#show(findings, failures);
    return { status: failures > 0 ? 'failed' : 'done', exitCode, findings };
  }

  async #installation(): Promise<Finding[]> {
    const { checkConnectors, checkDuckDb, checkMemory, checkNode } = await import('../jobs/check-installation.js');
    return [checkNode(), checkMemory(), await checkDuckDb(), ...(await checkConnectors(await this.registry())), await this.#secrets()];
  }

  /** Asks nobody for a passphrase. */
  async #secrets(): Promise<Finding> {
    const { failed } = await import('../state/index.js');
    const { openCredentials } = await import('../credentials/open-credentials.js');
    const { variables, now } = this.outside;
    const folder = settingsFolder(variables);
    try {
      const chosen = readSettings(folder).store ?? 'keychain';
      const onSecret = (value: string): void => this.redactor.add(value);
      return await openCredentials({ folder, variables, chosen, onSecret, now, askPassphrase: null }).check();
    } catch (error) {
      return failed('secrets', error);
    }
  }

  async #plugins(directory: string): Promise<Finding[]> {
    const { failed, ok } = await import('../state/index.js');
    const { lockFile } = await import('../plugins/plugin-home.js');
    if (!existsSync(join(directory, lockFile))) return [];
    return [
      await this.checkPlugins(directory).then(
        () => ok(lockFile, 'what is installed is what it says'),
        (error: unknown) => failed(lockFile, error),
      ),
    ];
  }

  /** Outside of a project there is nothing to look at; a project that is asked for must be there. */
  async #project(flags: ProjectFlags): Promise<Finding[]> {
    const state = await import('../state/index.js');
    const directory = await this.projectDirectory(flags).catch((error: unknown) => {
      if (flags.project !== undefined) throw error;
      return null;
    });
    if (directory === null) return [state.ok('project', 'none here')];
    const [{ checkProject }, { steps }, registry] = await Promise.all([
      import('../jobs/check-project.js'),
      import('../transforms/index.js'),
      this.registry(),
    ]);
    const etl = state.etlFolder(directory);
    const { variables } = this.outside;
    const environment = flags.env ?? null;
    return [
      ...(await this.#plugins(directory)),
      await checkProject(directory, { environment, variables, registry, steps }),
      await state.checkWritable(etl),
      await state.checkSpace(directory),
      await state.checkLocks(etl),
      await state.checkDocuments(etl),
      ...(await state.checkUnfinished(etl)),
      await state.checkClock(etl, this.outside.now()),
    ];
  }

  #show(findings: readonly Finding[], failures: number): void {
    const { good, caution, bad, bold, faint } = this.terminal.dataPalette;
    const marks = { ok: good('ok     '), notice: caution('notice '), problem: bad('PROBLEM') };
    const widest = Math.max(...findings.map(({ check }) => check.length));
    for (const { check, status, detail, cure } of findings) {
      this.terminal.data(`${marks[status]}  ${bold(check.padEnd(widest))}  ${visibleText(detail)}`);
      if (cure !== null) this.terminal.data(`${' '.repeat(widest + 11)}${faint(`→ ${visibleText(cure)}`)}`);
    }
    this.terminal.say(failures === 0 ? '\nEverything that etl needs is there.' : `\n${plural(failures, 'problem')} found.`);
  }
}
