import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The shortest limit of a socket path: 104 bytes on macOS (108 on Linux), with its end mark. */
const longest = 103;

/** Calls `use` with a path to the folder that is short enough for a socket in it: the folder itself, or a link to it that lives as long as the call. */
export async function withShortPath<T>(folder: string, nameLength: number, use: (short: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(folder) + 1 + nameLength <= longest) return use(folder);
  const home = await mkdtemp(join(tmpdir(), 'etl-'));
  try {
    const link = join(home, 'd');
    await symlink(resolve(folder), link);
    return await use(link);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
