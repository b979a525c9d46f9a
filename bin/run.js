#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const root = new URL('..', import.meta.url);
const entry = new URL('dist/terminal/start.js', root);
const [flag, ...rest] = process.argv.slice(2);

if (major < 20 || (major === 20 && minor < 19)) {
  stop(`etl needs Node 20.19 or later; this is ${process.version}`, 'install a newer Node: https://nodejs.org');
} else if (rest.length === 0 && ['--version', '-v'].includes(flag)) {
  const { name, version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (!existsSync(entry)) {
  stop('etl is not built yet', 'npm install && npm run build');
} else {
  const { compileCacheFolder, keepCompiledCode } = await import('../dist/terminal/compile-cache.js');
  keepCompiledCode(compileCacheFolder(process.env), flag ?? '');
  const { start } = await import(entry.href);
  await start(process.argv.slice(2), import.meta.url);
}

function stop(message, next) {
  process.stderr.write(`Error: ${message}\n next: ${next}\n`);
  process.exitCode = 2;
}
