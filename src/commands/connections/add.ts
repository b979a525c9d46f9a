import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import type { AddedConnection } from '../../connections/add-connection.js';
import type { CheckedConnection } from '../../connections/check-connection.js';
import type { PlannedConnection } from '../../connections/plan-connection.js';
import type { ResolveSecret } from '../../credentials/credentials.js';
import { setCommand } from '../../credentials/credential-address.js';
import type { Project } from '../../project/index.js';
import { errorSummary, type ErrorSummary } from '../../terminal/error-document.js';
import { exitCodeOf, type ExitCode } from '../../terminal/exit-codes.js';
import { flagList } from '../../terminal/flag-values.js';
import { ProjectCommand, type ProjectFlags } from '../../terminal/project-command.js';
import { showChecked } from '../../terminal/show-checked.js';
import { busy } from '../../terminal/busy.js';

interface AddReport extends Omit<AddedConnection, 'checked'> {
  readonly status: 'done' | 'failed';
  readonly exitCode: ExitCode;
  readonly name: string;
  readonly connector: string;
  /** The environment whose overlay has it; null: etl.yaml itself. */
  readonly environment: string | null;
  /** Names of secrets that still have to be set. */
  readonly open: readonly string[];
  readonly checked: (Omit<CheckedConnection, 'error'> & { readonly error: ErrorSummary | null }) | null;
}

interface AddFlags extends ProjectFlags {
  readonly connector?: string | undefined;
  readonly set?: string[] | undefined;
  readonly 'secret-stdin'?: string | undefined;
  readonly 'secret-from-env'?: string[] | undefined;
  readonly test?: boolean | undefined;
  readonly yes: boolean;
}

export default class ConnectionsAdd extends ProjectCommand {
  static override summary = 'Add a connection: asks what its connector needs, tests it, keeps its secrets out of files';
  static override description = `Writes etl.yaml and leaves its comments and order alone. Secrets go into the keychain (or the encrypted file: etl config set store file), bound to where the connection leads. Where the test fails nothing is kept unless you say so.
With --env it is written into the overlay of that environment, where it may replace a connection of the same name.
Without a terminal everything comes from flags; a secret that no flag gives is set later with etl credentials set.`;
  static override args = { name: Args.string({ description: 'Name of the new connection' }) };
  static override flags = {
    connector: Flags.string({ summary: 'Connector that it uses: etl connectors list', helpValue: 'NAME' }),
    set: Flags.string({
      summary: 'An option of the connector, such as host=db.internal; nested ones with dots; repeatable',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'OPTION=VALUE',
    }),
    'secret-stdin': Flags.string({ summary: 'Read the secret of this option from standard input', helpValue: 'OPTION' }),
    'secret-from-env': Flags.string({
      summary: 'Take the secret of an option from a variable and store it; repeatable',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'OPTION=VARIABLE',
    }),
    test: Flags.boolean({ summary: 'Test it before it is kept (asked on a terminal)', allowNo: true }),
    yes: Flags.boolean({ char: 'y', summary: 'Take the usual answer to every question: ask only what has none, and test' }),
  };
  static override examples = [
    { description: 'Asks everything', command: '<%= config.bin %> connections add' },
    {
      description: 'In a script, with the secret on standard input',
      command:
        'pass show shop/db | <%= config.bin %> connections add shop --connector mysql --set host=db.internal --set user=etl --secret-stdin password --test',
    },
    {
      description: 'For production alone, in place of the one of the same name',
      command: '<%= config.bin %> connections add warehouse --env production --connector duckdb --set path=/srv/dwh.duckdb --yes',
    },
    { description: 'A folder of files', command: '<%= config.bin %> connections add exports --connector file --set path=./exports --yes' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 130] as const;

  async run(): Promise<AddReport> {
    const { args, flags: given } = await this.parse(ConnectionsAdd);
    const flags: AddFlags = given;
    const project = await this.openProject(flags);
    const planned = await this.#plan(args.name, flags, project);
    for (const value of planned.secrets.values()) this.redactor.add(value);
    const { addConnection } = await import('../../connections/add-connection.js');
    const { checkConnection } = await import('../../connections/check-connection.js');
    const registry = await this.registry();
    const isTested = flags.test ?? (flags.yes || (this.terminal.canAsk && (await this.#wantsTest(planned.name))));
    const result = await addConnection(planned, {
      directory: project.directory,
      environment: project.environment,
      credentials: await this.credentials(),
      reopen: (secrets: ResolveSecret) => this.openProject(flags, { secrets }),
      check: isTested
        ? (reopened) =>
            busy(this.terminal, `Testing ${planned.name}`, () =>
              checkConnection(planned.name, { project: reopened, registry, signal: this.signal }),
            )
        : null,
      keep: (checked) => this.#keep(checked, flags),
    });
    return this.#report(planned, result, project.environment);
  }

  async #plan(name: string | undefined, flags: AddFlags, { directory, environment }: Project): Promise<PlannedConnection> {
    const { connectionNames } = await import('../../project/add-connection.js');
    const { planConnection } = await import('../../connections/plan-connection.js');
    const { splitAssignment } = await import('../../connections/option-value.js');
    const { secretFileVariable, secretVariable } = await import('../../credentials/secret-variable.js');
    const { variables } = this.outside;
    const fromEnv = flagList(flags['secret-from-env']).map((each) => splitAssignment(each, '--secret-from-env'));
    const isSet = (variable: string): boolean => (variables[variable] ?? '') !== '';
    const fromStdin = flags['secret-stdin'];
    return planConnection({
      taken: connectionNames(await readFile(join(directory, 'etl.yaml'), 'utf8'), environment),
      registry: await this.registry(),
      questions: this.questions,
      name,
      connector: flags.connector,
      set: flagList(flags.set).map((each) => splitAssignment(each, '--set')),
      secretOptions: [...fromEnv.map(([option]) => option), ...(fromStdin === undefined ? [] : [fromStdin])],
      secrets: async () => [
        ...fromEnv.map(([option, variable]) => [option, this.#variable(variable)] as const),
        ...(fromStdin === undefined ? [] : [[fromStdin, await this.readSecret(`${fromStdin}:`, '--secret-stdin')] as const]),
      ],
      yes: flags.yes,
      hasSecret: (connection, secret) => isSet(secretVariable(connection, secret)) || isSet(secretFileVariable(connection, secret)),
    });
  }

  #variable(name: string): string {
    const value = this.outside.variables[name];
    if (value !== undefined && value !== '') return value;
    throw new EtlError('USAGE', 'A variable that --secret-from-env names is not set', {
      hint: 'Such as --secret-from-env password=DB_PASSWORD',
    });
  }

  #wantsTest(name: string): Promise<boolean> {
    return this.questions.confirm({ kind: 'confirm', flag: '--test', message: `Test ${name} now?`, default: true });
  }

  async #keep(checked: CheckedConnection, { yes }: AddFlags): Promise<boolean> {
    if (!this.jsonEnabled()) showChecked(this.terminal, checked);
    if (yes || !this.terminal.canAsk) return false;
    return this.questions.confirm({ kind: 'confirm', flag: '--no-test', message: 'Keep it nevertheless?', default: false });
  }

  #report(planned: PlannedConnection, { added, checked, stored }: AddedConnection, environment: string | null): AddReport {
    const { terminal } = this;
    const { name, connector, open } = planned;
    const failure = added ? null : (checked?.error ?? null);
    const exitCode = failure === null ? 0 : exitCodeOf(failure.code);
    this.exitWith(exitCode);
    if (checked?.ok === true && !this.jsonEnabled()) showChecked(terminal, checked);
    if (added) {
      const where = environment === null ? 'etl.yaml' : `the environment ${environment} of etl.yaml`;
      terminal.say(`${terminal.palette.good('✔')} ${name} is in ${where}${stored.length === 0 ? '' : `; ${stored.join(', ')} is stored`}`);
      for (const field of open)
        terminal.say(`  Still to be set: ${terminal.palette.command(setCommand({ connection: name, field, environment }))}`);
    } else terminal.tell('Nothing was kept: etl.yaml is as it was. Add it without a test: --no-test');
    return {
      status: added ? 'done' : 'failed', exitCode, name, connector: connector.name, environment, added, stored, open,
      checked: checked && { ...checked, error: checked.error && errorSummary(checked.error) },
    }; // prettier-ignore
  }
}
