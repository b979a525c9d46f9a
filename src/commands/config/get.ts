import { Args } from '@oclif/core';
import { EtlCommand } from '../../terminal/etl-command.js';

export default class ConfigGet extends EtlCommand {
  static override summary = 'One of your own settings, as it holds now';
  static override args = { name: Args.string({ description: 'Name of the setting: etl config list', required: true }) };
  static override flags = {};
  static override examples = [
    { description: 'Where secrets are kept', command: '<%= config.bin %> config get store' },
    { description: 'For a script', command: '<%= config.bin %> config get colour --json | jq -r .value' },
  ];
  static override exitCodes = [0, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; name: string; value: string | null; isSet: boolean }> {
    const { args } = await this.parse(ConfigGet);
    const { readSettings, settingKey, settingsFolder, usualSettings } = await import('../../settings/index.js');
    const name = settingKey(args.name);
    const set = readSettings(settingsFolder(this.outside.variables))[name];
    const value = set ?? usualSettings[name];
    if (!this.jsonEnabled()) this.terminal.data(value ?? '');
    return { status: 'done', exitCode: 0, name, value, isSet: set !== undefined };
  }
}
