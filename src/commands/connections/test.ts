import { Args } from '@oclif/core';
import type { CheckedConnection } from '../../connections/check-connection.js';
import { busy } from '../../terminal/busy.js';
import { errorSummary, type ErrorSummary } from '../../terminal/error-document.js';
import { exitCodeOf, type ExitCode } from '../../terminal/exit-codes.js';
import { flagList } from '../../terminal/flag-values.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { showChecked } from '../../terminal/show-checked.js';

interface Tested extends Omit<CheckedConnection, 'error'> {
  readonly error: ErrorSummary | null;
}

export default class ConnectionsTest extends ProjectCommand {
  static override summary = 'Try connections layer by layer: name, port, TLS, login, database, permission';
  static override description =
    'Changes nothing where it connects to. Exit code 3: a credential is missing or was refused; 4: out of reach.';
  static override args = { names: Args.string({ description: 'Names of connections; all unless told', multiple: true }) };
  static override flags = {};
  static override examples = [
    { description: 'Every connection of the project', command: '<%= config.bin %> connections test' },
    { description: 'One of production, before its first run', command: '<%= config.bin %> connections test shop --env production' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 130] as const;

  async run(): Promise<{ status: 'done' | 'failed'; exitCode: ExitCode; connections: Tested[] }> {
    const { args, flags } = await this.parse(ConnectionsTest);
    const project = await this.openProject(flags);
    const { checkConnection } = await import('../../connections/check-connection.js');
    const { namedConnection } = await import('../../connections/described-connection.js');
    const given = flagList(args.names);
    const names = given.length === 0 ? [...project.connections.keys()] : given.map((name) => namedConnection(project, name).name);
    const setting = { project, registry: await this.registry(), signal: this.signal };
    const checked: CheckedConnection[] = [];
    for (const name of names) {
      const result = await busy(this.terminal, `Testing ${name}`, () => checkConnection(name, setting));
      if (!this.jsonEnabled()) showChecked(this.terminal, result);
      checked.push(result);
    }
    const codes = new Set(checked.flatMap(({ error }) => (error === null ? [] : [exitCodeOf(error.code)])));
    const exitCode = codes.size > 1 ? 1 : ([...codes][0] ?? 0);
    this.exitWith(exitCode);
    const connections = checked.map((each) => ({ ...each, error: each.error && errorSummary(each.error) }));
    return { status: exitCode === 0 ? 'done' : 'failed', exitCode, connections };
  }
}
