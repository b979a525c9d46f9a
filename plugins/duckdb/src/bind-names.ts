/**
 * Rewrites `:name` to `$name`, DuckDB's own notation, or to what `write` says, for the names that are given: not inside strings, quoted names, comments, dollar
 * quotes, nor in casts (`::`). Answers the names that occur.
 */
export function bindNames(
  sql: string,
  names: ReadonlySet<string>,
  write: (name: string) => string = (name) => `$${name}`,
): { readonly sql: string; readonly used: readonly string[] } {
  const used = new Set<string>();
  const rewritten = sql.replace(token, (whole: string, _tag: string | undefined, name: string | undefined) => {
    if (name === undefined || !names.has(name)) return whole;
    used.add(name);
    return write(name);
  });
  return { sql: rewritten, used: [...used] };
}

/** What must stay as it is, before the names: strings, quoted names, comments, dollar quotes, casts. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|::|:([A-Za-z_]\w*)/g;
