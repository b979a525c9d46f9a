import { Args, Flags } from '@oclif/core';
import type { Cursor } from '@etl/sdk';
import type { CursorChange } from '../../state/cursors.js';
import { ConfirmingCommand, yesFlag } from '../../terminal/confirming-command.js';
import { plural } from '../../terminal/format-quantity.js';
import { showTable } from '../../terminal/show-table.js';

export default class StateImport extends ConfirmingCommand {
  static override summary = 'Set cursors from a document of etl state export';
  static override description = `Shows every change before it asks. Loads that the document does not name keep their cursors; one that the project does not have stops the import before anything is changed.
Refused while a run of one of the jobs is running or unfinished.`;
  static override examples = [
    { description: 'Show what would change', command: '<%= config.bin %> <%= command.id %> state.json --dry-run' },
    { description: 'From a pipe', command: '<%= config.bin %> <%= command.id %> - --env production --yes < state.json' },
  ];
  static override exitCodes = [0, 1, 2, 4, 7] as const;
  static override args = { file: Args.string({ description: 'File to read; - for standard input', ignoreStdin: true, required: true }) };
  static override flags = { 'dry-run': Flags.boolean({ summary: 'Only show the changes', default: false }), yes: yesFlag };

  async run() {
    const { args, flags } = await this.parse(StateImport);
    const { parseExportedState, readExportedState } = await import('../../state/index.js');
    const read =
      args.file === '-' ? parseExportedState(await this.#standardInput(), 'Standard input') : await readExportedState(this.path(args.file));
    const { importState } = await import('../../jobs/import-state.js');
    const changes = await this.withJobs(flags, (world) =>
      importState(world, read, async (found) => {
        if (!this.jsonEnabled()) this.#show(found);
        return found.length > 0 && !flags['dry-run'] && this.sure(flags.yes, `Change ${plural(found.length, 'cursor')}?`);
      }),
    );
    if (changes.applied) this.terminal.say(`${plural(changes.changes.length, 'cursor')} changed`);
    return { status: 'done', exitCode: 0, dryRun: flags['dry-run'], ...changes };
  }

  #show(changes: readonly CursorChange[]): void {
    if (changes.length === 0) {
      this.terminal.say('The cursors are the same already.');
      return;
    }
    const text = (cursor: Cursor | null): string | null => (cursor === null ? null : JSON.stringify(cursor));
    showTable(this.terminal, {
      columns: [{ title: 'load', weight: 2 }, { title: 'dataset', weight: 2 }, { title: 'before' }, { title: 'after' }],
      rows: changes.map(({ load, dataset, before, after }) => [load, dataset, text(before), text(after)]),
      empty: 'none',
    });
  }

  async #standardInput(): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of this.outside.stdin) parts.push(Buffer.from(part as Uint8Array));
    return Buffer.concat(parts).toString('utf8');
  }
}
