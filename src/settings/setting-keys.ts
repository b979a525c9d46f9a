import { z } from 'zod';

/** A person's own settings; none of them changes what a job does. */
export const settingShapes = {
  store: z.enum(['keychain', 'file']).describe('keychain (of the system) or file (encrypted with a passphrase): where secrets are kept'),
  colour: z.enum(['auto', 'always', 'never']).describe('auto, always or never; NO_COLOR, FORCE_COLOR and --no-color win'),
  editor: z.string().trim().min(1).max(200).describe('command that opens files, such as code or vim; else VISUAL, then EDITOR'),
} as const;

export type SettingKey = keyof typeof settingShapes;
export type Settings = { readonly [key in SettingKey]?: z.infer<(typeof settingShapes)[key]> };

export const settingKeys = Object.keys(settingShapes) as readonly SettingKey[];

/** What holds where nothing is set. */
export const usualSettings = { store: 'keychain', colour: 'auto', editor: null } as const;
