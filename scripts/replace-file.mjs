import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all: a command that starts meanwhile reads the one before or this one. */
export function replaceFile(path, text) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}
