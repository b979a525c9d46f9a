import { Args, Flags } from '@oclif/core';
import type { LogEntry } from '../state/log-entry.js';
import { ProjectCommand } from '../terminal/project-command.js';
import { visibleText } from '../terminal/visible-text.js';

export default class Logs extends ProjectCommand {
  static override summary = 'Print the log of a run';
  static override description =
    'ETL_LOG_LEVEL (debug, info, warn, error) decides what a run writes down. Stacks of errors are shown with --verbose. With --json each line is the log entry as it is kept.';
  static override examples = [
    { description: 'The newest run', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Watch a run while it works', command: '<%= config.bin %> <%= command.id %> --job daily-orders --follow' },
    { description: 'Only what went wrong, for a program', command: '<%= config.bin %> <%= command.id %> 9f2ab1c04d --level warn --json' },
  ];
  static override exitCodes = [0, 1, 2, 130] as const;
  static override args = {
    run: Args.string({ description: 'Id of the run, or a beginning or end of it; else the newest', ignoreStdin: true }),
  };
  static override flags = {
    job: Flags.string({ summary: 'The newest run of this job', helpValue: 'JOB' }),
    follow: Flags.boolean({ char: 'f', summary: 'Go on until the run ends' }),
    level: Flags.option({
      summary: 'Only entries of this level or graver',
      options: ['debug', 'info', 'warn', 'error'] as const,
      default: 'debug' as const,
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs);
    const { etlFolder, etlPaths, findRun, followLog, logFile, parseLogEntry, reaches, readLog, readRun } =
      await import('../state/index.js');
    const etl = etlFolder(await this.projectDirectory(flags));
    const { id } = await findRun(etl, { run: args.run, job: flags.job });
    const file = logFile(etlPaths(etl).run(id));
    const isRunning = async (): Promise<boolean> => (await readRun(etl, id)).status === 'running';
    const lines = flags.follow ? followLog(file, { signal: this.signal, isRunning }) : readLog(file);
    for await (const line of lines) {
      const entry = parseLogEntry(line);
      if (entry !== null && !reaches(entry.level, flags.level)) continue;
      this.terminal.data(this.jsonEnabled() || entry === null ? line : this.#text(entry, flags['verbose']));
    }
    const code = this.interruptedWith;
    if (code !== null) this.exitWith(code);
  }

  /** The log itself is the JSON: no document of the command follows it. */
  override logJson(json: unknown): void {
    if (json !== undefined) super.logJson(json);
  }

  #text({ level, time, msg, facts }: LogEntry, verbose: boolean): string {
    const { faint, good, caution, bad } = this.terminal.dataPalette;
    const colour = { debug: faint, info: good, warn: caution, error: bad }[level];
    const hidden = new Set(['run', 'job', ...(verbose ? [] : ['stack'])]);
    const shown = Object.entries(facts).filter(([name]) => !hidden.has(name));
    const rest = shown.map(
      ([name, fact]) => ` ${name}=${typeof fact === 'string' && /^[\w./:-]+$/.test(fact) ? fact : JSON.stringify(fact)}`,
    );
    return `${faint(time.slice(11, 23))} ${colour(level.padEnd(5))} ${visibleText(msg)}${faint(visibleText(rest.join('')))}`;
  }
}
