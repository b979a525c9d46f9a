export { settingKeys, settingShapes, usualSettings, type SettingKey, type Settings } from './setting-keys.js';
export { readSettings, settingKey, settingsPath, writeSetting } from './settings-file.js';
export { settingsFolder } from './settings-folder.js';
