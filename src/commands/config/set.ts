import { Args, Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import { EtlCommand } from '../../terminal/etl-command.js';

export default class ConfigSet extends EtlCommand {
  static override summary = 'Change one of your own settings, or go back to the usual value';
  static override args = {
    name: Args.string({ description: 'Name of the setting: etl config list', required: true }),
    value: Args.string({ description: 'The new value' }),
  };
  static override flags = { unset: Flags.boolean({ default: false, summary: 'Go back to the usual value' }) };
  static override examples = [
    { description: 'Keep secrets in a file encrypted with a passphrase', command: '<%= config.bin %> config set store file' },
    { description: 'Back to the keychain of the system', command: '<%= config.bin %> config set store --unset' },
    { description: 'Your editor', command: '<%= config.bin %> config set editor code' },
  ];
  static override exitCodes = [0, 1, 2] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; name: string; value: string | null; isSet: boolean }> {
    const { args, flags } = await this.parse(ConfigSet);
    if ((args.value === undefined) !== flags.unset)
      throw new EtlError('USAGE', 'Give a value, or --unset', { hint: `Such as ${this.config.bin} config set store file` });
    const { readSettings, settingKey, settingsFolder, usualSettings, writeSetting } = await import('../../settings/index.js');
    const name = settingKey(args.name);
    const folder = settingsFolder(this.outside.variables);
    await writeSetting(folder, name, args.value ?? null);
    const set = readSettings(folder)[name];
    const value = set ?? usualSettings[name];
    const { good } = this.terminal.palette;
    this.terminal.say(`${good('✔')} ${name} is ${value ?? 'not set'}`);
    if (name === 'store') this.terminal.say('  Secrets that are stored already stay where they are: etl credentials list');
    return { status: 'done', exitCode: 0, name, value, isSet: set !== undefined };
  }
}
