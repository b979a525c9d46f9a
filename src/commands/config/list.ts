import { EtlCommand } from '../../terminal/etl-command.js';
import { showTable } from '../../terminal/show-table.js';

interface Listed {
  readonly name: string;
  /** Null: not set and without a usual value. */
  readonly value: string | null;
  readonly isSet: boolean;
  readonly description: string;
}

export default class ConfigList extends EtlCommand {
  static override summary = 'Your own settings on this machine, and what each does';
  static override description = 'They belong to you and not to a project, and never change what a job does.';
  static override aliases = ['config'];
  static override examples = [
    { description: 'All of them', command: '<%= config.bin %> config list' },
    { description: 'Where the file is', command: '<%= config.bin %> config list --json | jq -r .file' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; file: string; settings: Listed[] }> {
    await this.parse(ConfigList);
    const { readSettings, settingKeys, settingShapes, settingsFolder, settingsPath, usualSettings } =
      await import('../../settings/index.js');
    const folder = settingsFolder(this.outside.variables);
    const set = readSettings(folder);
    const settings = settingKeys.map((name) => ({
      name, value: set[name] ?? usualSettings[name], isSet: set[name] !== undefined, description: settingShapes[name].description ?? '',
    })); // prettier-ignore
    if (!this.jsonEnabled())
      showTable(this.terminal, {
        columns: [{ title: 'setting', weight: 2 }, { title: 'value', weight: 2 }, { title: 'set', weight: 1 }, { title: 'about' }],
        rows: settings.map(({ name, value, isSet, description }) => [name, value, isSet ? 'yes' : 'no', description]),
        empty: '-',
      });
    return { status: 'done', exitCode: 0, file: settingsPath(folder), settings };
  }
}
