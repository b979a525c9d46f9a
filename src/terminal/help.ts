import { CommandHelp, Help, type Command } from '@oclif/core';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { welcome } from './welcome.js';

const groups: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'WORK ON A JOB', names: ['init', 'preview', 'validate', 'test', 'run'] },
  { title: 'CONNECT', names: ['connections', 'credentials'] },
  { title: 'LOOK AT WHAT HAPPENED', names: ['runs', 'logs', 'rejects', 'state'] },
  { title: 'KEEP IT WORKING', names: ['connectors', 'config', 'doctor', 'clean', 'autocomplete', 'help'] },
];

/** oclif's help with our order, the exit codes of each command, and a start for those who type `etl` alone. */
export class EtlHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    if (argv.length > 0) return super.showHelp(argv);
    this.log(welcome(this.config.bin, this.config.version));
  }

  override async showRootHelp(): Promise<void> {
    const { bin, version } = this.config;
    this.log(`etl ${version}: extract, transform and load, with every row accounted for\n`);
    this.log(`${this.section('USAGE', `$ ${bin} COMMAND [FLAGS]`)}\n`);
    for (const { title, entries } of this.#grouped()) this.log(`${this.section(title, entries)}\n`);
    this.log(`${bin} COMMAND --help shows flags, examples and exit codes. ${bin} alone shows how to begin.`);
  }

  protected override getCommandHelpClass(command: Command.Loadable): CommandHelp {
    return new EtlCommandHelp(command, this.config, this.opts);
  }

  #grouped(): { title: string; entries: [string, string][] }[] {
    const present = [...new Set(this.sortedCommands.filter(({ hidden }) => !hidden).map(({ id }) => id.split(':')[0] ?? id))];
    const known = new Set(groups.flatMap(({ names }) => names));
    const sections = [
      ...groups.map(({ title, names }) => ({ title, names: names.filter((name) => present.includes(name)) })),
      { title: 'MORE', names: present.filter((name) => !known.has(name)) },
    ];
    return sections
      .filter(({ names }) => names.length > 0)
      .map(({ title, names }) => ({ title, entries: names.map((name): [string, string] => [name, this.#summaryOf(name)]) }));
  }

  #summaryOf(name: string): string {
    const topic = this.sortedTopics.find((each) => each.name === name);
    const command = this.sortedCommands.find(({ id }) => id === name);
    return topic?.description ?? (command === undefined ? '' : (this.summary(command) ?? ''));
  }
}

class EtlCommandHelp extends CommandHelp {
  /** The command and its arguments: the flags stand below. */
  protected override defaultUsage(): string {
    const words = Object.values(this.command.args)
      .filter(({ hidden }) => hidden !== true)
      .map(({ name, required, multiple }) => {
        const word = `${name.toUpperCase()}${multiple === true ? '...' : ''}`;
        return required === true ? word : `[${word}]`;
      });
    return [this.command.id, ...words, '[FLAGS]'].join(' ');
  }

  /** Without the summary, which stands above. */
  protected override description(): string | undefined {
    return this.command.description === undefined ? undefined : this.wrap(this.command.description);
  }

  /** The variable that sets a flag stands behind its summary. */
  protected override flags(flags: Command.Flag.Any[]): [string, string | undefined][] | undefined {
    return super.flags(
      flags.map(({ env, ...flag }) => (env === undefined ? flag : { ...flag, summary: `${flag.summary ?? ''} (${env})` })),
    );
  }

  protected override sections(): ReturnType<CommandHelp['sections']> {
    const header = 'EXIT CODES';
    return [...super.sections(), { header, generate: ({ cmd }) => [{ header, body: exitCodeLines(cmd) }] }];
  }
}

/** The static list of the command, which the manifest keeps too. */
function exitCodeLines(command: Command.Loadable): [string, string][] | undefined {
  const codes: unknown = Reflect.get(command, 'exitCodes');
  if (!Array.isArray(codes)) return undefined;
  return (codes as ExitCode[]).map((code) => [String(code), exitCodes[code]]);
}
