import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Args } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import type { Project } from '../../project/index.js';
import { ConfirmingCommand, yesFlag } from '../../terminal/confirming-command.js';

export default class ConnectionsRemove extends ConfirmingCommand {
  static override summary = 'Remove a connection from etl.yaml, in every environment, and its stored secrets';
  static override description =
    'Comments and all else of the file stay. Names the jobs that use it, and asks first. With --env it is removed from that environment alone.';
  static override args = { name: Args.string({ description: 'Name of the connection', required: true }) };
  static override flags = { yes: yesFlag };
  static override examples = [
    { description: 'Asks before it removes', command: '<%= config.bin %> connections remove old_shop' },
    { description: 'From one environment alone', command: '<%= config.bin %> connections remove shop --env production' },
    { description: 'In a script', command: '<%= config.bin %> connections remove old_shop --yes --json' },
  ];
  static override exitCodes = [0, 2, 3] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; name: string; removed: boolean; secrets: string[]; jobs: string[] }> {
    const { args, flags } = await this.parse(ConnectionsRemove);
    const project = await this.openProject(flags);
    const { namedConnection } = await import('../../connections/described-connection.js');
    const { name } = namedConnection(project, args.name);
    const { environment } = project;
    if (environment === null && project.state.to === name)
      throw new EtlError('USAGE', `The state of the project is kept in ${name} (state.to of etl.yaml)`, {
        hint: 'Let state.to name another first',
      });
    const path = join(project.directory, 'etl.yaml');
    const { removeConnection } = await import('../../project/remove-connection.js');
    const after = removeConnection(await readFile(path, 'utf8'), name, environment);
    const jobs = await jobsThatUse(name, project);
    const credentials = await this.credentials();
    const stored = (await credentials.list()).filter(
      (each) => each.project === project.id && each.connection === name && (environment === null || each.environment === environment),
    );
    const used = jobs.length === 0 ? '' : `, which ${jobs.join(', ')} use${jobs.length === 1 ? 's' : ''}`;
    const secrets = [...new Set(stored.map(({ field }) => field))];
    const question = `Remove ${name}${environment === null ? '' : ` from the environment ${environment}`}${used}${secrets.length === 0 ? '' : `, and its stored secrets ${secrets.join(', ')}`}?`;
    if (!(await this.sure(flags.yes, question))) return { status: 'done', exitCode: 0, name, removed: false, secrets: [], jobs };
    for (const address of stored) await credentials.delete(address);
    const { replaceFile } = await import('../../project/write-schemas.js');
    await replaceFile(path, after);
    const where = environment === null ? 'etl.yaml' : `the environment ${environment} of etl.yaml`;
    this.terminal.say(`${this.terminal.palette.good('✔')} ${name} is removed from ${where}`);
    return { status: 'done', exitCode: 0, name, removed: true, secrets, jobs };
  }
}

/** Jobs that cannot be read are somebody else's trouble: they are named as if they used it. */
async function jobsThatUse(name: string, project: Project): Promise<string[]> {
  const found: string[] = [];
  for (const each of await project.jobs()) {
    const job = await project.job(each).catch(() => null);
    if (job === null || job.extracts.some(({ from }) => from === name) || [...job.loads, ...job.statements].some(({ to }) => to === name))
      found.push(each);
  }
  return found;
}
