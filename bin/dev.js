#!/usr/bin/env node
// Runs the sources of every package with tsx, without a build.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL('../tsconfig.check.json', import.meta.url));
process.env.NODE_ENV ??= 'development';
// With a manifest oclif would run the last build.
rmSync(new URL('../oclif.manifest.json', import.meta.url), { force: true });
const { register } = await import('tsx/esm/api');
register();
const { start } = await import('../src/terminal/start.ts');
await start(process.argv.slice(2), import.meta.url);
