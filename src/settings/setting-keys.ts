import { z } from 'zod';

/** A person's own settings; none of them changes what a job does. */
export const settingShapes = {
  store: z.enum(['keychain', 'file']).describe('Where secrets are kept: the keychain of the system, or a file encrypted with a passphrase'),
  colour: z.enum(['auto', 'always', 'never']).describe('Colour on the screen; NO_COLOR, FORCE_COLOR and --no-color win'),
  editor: z.string().trim().min(1).max(200).describe('Opens files, such as `code` or `vim`; else VISUAL, then EDITOR'),
} as const;

export type SettingKey = keyof typeof settingShapes;
export type Settings = { readonly [key in SettingKey]?: z.infer<(typeof settingShapes)[key]> };

export const settingKeys = Object.keys(settingShapes) as readonly SettingKey[];

/** What holds where nothing is set. */
export const usualSettings = { store: 'keychain', colour: 'auto', editor: null } as const;
