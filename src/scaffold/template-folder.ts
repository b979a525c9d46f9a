import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suggestion, EtlError } from '@etl/sdk';
import { z } from 'zod';
import { packageFolder } from '../package-folder.js';
import type { ScaffoldFile } from './scaffold-file.js';

const describedBy = z.strictObject({
  summary: z.string().min(1).describe('One line for the list of templates'),
  job: z.string().min(1).describe('Folder of its job'),
  rename: z.boolean().describe('Whether --job gives the job another name'),
});

export interface Template extends z.infer<typeof describedBy> {
  readonly name: string;
}

/** The folder `templates` of this installation. */
export const templateFolder = join(packageFolder, 'templates');

/** Folders beside the templates of projects: what every project has, and what a connector begins as. */
const others: ReadonlySet<string> = new Set(['project', 'connector']);

/** All templates, by name. */
export async function listTemplates(folder = templateFolder): Promise<Template[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !others.has(entry.name))
    .map(({ name }) => name);
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, ...describedBy.parse(JSON.parse(await readFile(join(folder, name, 'template.json'), 'utf8'))) })),
  );
}

/** One template by name. Throws USAGE that names those there are. */
export async function findTemplate(name: string, folder = templateFolder): Promise<Template> {
  const templates = await listTemplates(folder);
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  const hint =
    suggestion(
      name,
      templates.map((template) => template.name),
      { what: 'Templates' },
    ) ?? 'Leave --template out';
  throw new EtlError('USAGE', `There is no template '${name}'`, { hint });
}

/** The files of a folder below `templates`, as they are; a leading `dot-` stands for a dot, which npm would leave out of a package. */
export async function readTemplateFiles(path: string, folder = templateFolder): Promise<ScaffoldFile[]> {
  const root = join(folder, path);
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (file) => ({
      path: file
        .slice(root.length + 1)
        .replaceAll('\\', '/')
        .replace(/(^|\/)dot-/, '$1.'),
      content: await readFile(file, 'utf8'),
    })),
  );
}
