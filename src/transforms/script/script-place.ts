import { fileURLToPath } from 'node:url';

/** Where a stack trace begins in a person's own code: source maps have turned its places into theirs. Null: nowhere. */
export function scriptPlace(stack: string): { readonly file: string; readonly line: number; readonly column: number } | null {
  for (const match of stack.matchAll(/(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\)[^\n()]*?):(\d+):(\d+)\)?/g)) {
    const [, place = '', line, column] = match;
    const file = place.startsWith('file://') ? fileURLToPath(place) : place;
    if (isForeign(file)) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return null;
}

/** Frames of the bundle around the script, and of packages. */
const isForeign = (file: string): boolean =>
  /\/transforms\/(?:script\/runtime[a-z-]*|patch-buffer)\.[jt]s$|[\\/]node_modules[\\/]|etl-script-entry\.js$|script-[0-9a-f]{32}\.mjs$|\/packages\/sdk\//.test(
    file,
  );
