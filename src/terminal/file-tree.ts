import type { Palette } from './palette.js';

interface Folder {
  readonly inside: Map<string, Folder>;
}

/** Files as a tree, each folder once. */
export function fileTree(paths: readonly string[], palette: Palette): string {
  const root: Folder = { inside: new Map() };
  for (const path of paths) {
    let folder = root;
    for (const name of path.split('/')) {
      const next: Folder = folder.inside.get(name) ?? { inside: new Map() };
      folder.inside.set(name, next);
      folder = next;
    }
  }
  return branches(root, '  ', palette).join('\n');
}

function branches({ inside }: Folder, indent: string, palette: Palette): string[] {
  const entries = [...inside].sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.flatMap(([name, folder], index) => {
    const last = index === entries.length - 1;
    const line = `${palette.faint(`${indent}${last ? '└─' : '├─'}`)} ${folder.inside.size > 0 ? palette.bold(`${name}/`) : name}`;
    return [line, ...branches(folder, `${indent}${last ? '   ' : '│  '}`, palette)];
  });
}
