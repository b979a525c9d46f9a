import { readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, nativeCode, suggestion } from '@etl/sdk';
import { settingKeys, settingShapes, type SettingKey, type Settings } from './setting-keys.js';

const name = 'settings';

/** Path of the file. */
export const settingsPath = (folder: string): string => join(folder, `${name}.json`);

/** All settings of this person. Throws CONFIG_INVALID where the file cannot be read. */
export function readSettings(folder: string): Settings {
  const path = settingsPath(folder);
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof found !== 'object' || found === null) throw damaged(path, undefined);
    return Object.fromEntries(
      Object.entries(found).flatMap(([key, value]) => (isSettingKey(key) ? [[key, parseSetting(key, value)]] : [])),
    );
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT' || nativeCode(cause) === 'ENOTDIR') return {};
    throw cause instanceof EtlError && cause.code === 'CONFIG_INVALID' ? cause : damaged(path, cause);
  }
}

/** Sets one, or removes it with null; the file is for this user alone and replaced in one step. Throws USAGE. */
export async function writeSetting(folder: string, key: SettingKey, value: string | null): Promise<void> {
  const parsed = value === null ? null : parseSetting(key, value);
  readSettings(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { default: Conf } = await import('conf');
  const conf = new Conf<Record<string, unknown>>({ cwd: folder, configName: name, configFileMode: 0o600, projectName: 'etl' });
  if (parsed === null) conf.delete(key);
  else conf.set(key, parsed);
  await chmod(settingsPath(folder), 0o600).catch((cause: unknown) => {
    if (nativeCode(cause) !== 'ENOENT') throw cause;
  });
}

/** The key, or USAGE that names those there are. */
export function settingKey(given: string): SettingKey {
  if (isSettingKey(given)) return given;
  throw new EtlError('USAGE', `There is no setting '${given}'`, { hint: suggestion(given, settingKeys, { what: 'Settings' }) ?? '' });
}

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settingShapes, key);

function parseSetting(key: SettingKey, value: unknown): unknown {
  const result = settingShapes[key].safeParse(value);
  if (result.success) return result.data;
  throw new EtlError('USAGE', `The setting ${key} cannot be this`, { hint: settingShapes[key].description ?? 'See etl config list' });
}

const damaged = (path: string, cause: unknown): EtlError =>
  new EtlError('CONFIG_INVALID', `${path}, your own settings, cannot be read`, {
    hint: 'Correct the file or remove it: the usual settings then hold',
    ...(cause !== undefined && { cause }),
  });
