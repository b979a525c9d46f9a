import { randomUUID } from 'node:crypto';
import { access, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, folderOf } from './throwaway-server.js';

export interface DataTemplate {
  /** Of the folder: program and version. */
  readonly name: string;
  /** The user that the server runs as where the tests are root. */
  readonly user: string;
  /** Makes `data` in a folder. */
  make(folder: string): Promise<void>;
}

/** A new folder with data of its own: they are made once for each version of a server, which takes a second and more, and then copied. */
export async function freshData(prefix: string, template: DataTemplate): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await folderOf(template.user, folder);
  await execute('chmod', ['755', folder]);
  await cp(join(await made(template), 'data'), join(folder, 'data'), { recursive: true, preserveTimestamps: true });
  return folder;
}

async function made({ name, user, make }: DataTemplate): Promise<string> {
  const folder = join(tmpdir(), `etl-${name}-${String(process.getuid?.() ?? 0)}`);
  const there = await access(join(folder, 'data')).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  const building = `${folder}.${randomUUID()}`;
  await folderOf(user, building);
  await make(building);
  // Another process may have been faster: its folder is as good
  await rename(building, folder).catch(() => rm(building, { recursive: true, force: true }));
  return folder;
}
