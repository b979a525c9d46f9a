import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A mark of every file below a folder that a person may have written; what runs leave there does not count. */
function markOf(folder) {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.etl') && !path.startsWith('out/') && !/\.duckdb(\.wal)?$/.test(path))
    .sort();
  for (const path of files)
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(folder, path)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * The folder of the demo, as far as `npm start` may touch it. A demo that nobody changed is made anew each time, so that nothing depends on
 * an earlier run; one that somebody changed is theirs, and stays as it is.
 */
export function demoFolder(folder, markPath) {
  return {
    /** Removes the folder unless somebody changed it. Answers whether it is gone. */
    clear() {
      if (!existsSync(folder)) return true;
      const unchanged = existsSync(markPath) && readFileSync(markPath, 'utf8') === markOf(folder);
      if (unchanged) rmSync(folder, { recursive: true });
      return unchanged;
    },
    /** Remembers the folder as it is now: as made by us. */
    remember() {
      mkdirSync(dirname(markPath), { recursive: true });
      writeFileSync(markPath, markOf(folder));
    },
  };
}
