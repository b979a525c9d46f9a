import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core';
import { root } from './root.mjs';

// With the manifest oclif starts without importing every command: 207 ms instead of 346 ms for `--version`.
const path = join(root, 'oclif.manifest.json');
rmSync(path, { force: true });
const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
await plugin.load();
writeFileSync(path, `${JSON.stringify(plugin.manifest, null, 2)}\n`);
