/** The name that was probably meant: the nearest by edits, where it is near enough; ties go to the first. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  const wanted = given.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(Math.min(given.length, 12) / 3)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= least + 1 || name.length > 200) continue;
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return (
    best ??
    [...names].find((name) => wanted.length >= 3 && (name.toLowerCase().startsWith(wanted) || wanted.startsWith(name.toLowerCase() + '_')))
  );
}

/** Insertions, deletions, replacements and swaps of neighbours that make one text of the other. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [before, last] = [last, current];
  }
  return last[b.length] ?? 0;
}

/** `Did you mean 'x'?`, or the names there are, or nothing. */
export function suggestion(given: string, names: Iterable<string>, { what }: { what: string }): string | undefined {
  const all = [...names];
  const near = nearestName(given, all);
  if (near !== undefined) return `Did you mean '${near}'?`;
  if (all.length === 0) return undefined;
  return `${what}: ${all.slice(0, 20).join(', ')}${all.length > 20 ? ', ...' : ''}`;
}
