import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readProject, validateProject, writeEditorSchemas } from '../../src/project/index.js';
import type { JsonSchema } from '../../src/project/open-json-schema.js';
import { loadRegistry } from '../../src/registry/index.js';
import { steps } from '../../src/transforms/index.js';
import { schemaErrors } from './json-schema-check.js';
import { folderOf } from './project-folder.js';

const templates = readdirSync('templates').filter((name) => existsSync(join('templates', name, 'files/etl.yaml')));
const root = resolve('plugins');
const variables = { ETL_SECRET_SHOP__PASSWORD: 'of a test', ETL_SECRET_WAREHOUSE__PASSWORD: 'of a test' };

/** Every connector of the repository, as if all of them were installed. */
const all = readdirSync(root).map((folder) => {
  const pjson = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string };
  return { name: pjson.name, root: join(root, folder), pjson };
});
const context = { variables, registry: loadRegistry(all), steps };

/** A template as `init` would copy it. */
function copyOf(template: string): string {
  const folder = folderOf({});
  cpSync(join('templates', template, 'files'), folder, { recursive: true });
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))) {
    const job = /^jobs\/([^/]+)\//.exec(path)?.[1] ?? 'demo';
    const text = readFileSync(join(folder, path), 'utf8');
    writeFileSync(join(folder, path), text.replaceAll('__project__', 'demo').replaceAll('__job__', job));
  }
  return folder;
}

describe.each(templates)('the template %s', (template) => {
  it('has no mistake, to validation and to an editor', async () => {
    const folder = copyOf(template);
    const { problems, files } = await validateProject(folder, context);
    expect(problems).toEqual([]);
    await writeEditorSchemas(folder, context);
    for (const file of files) {
      const name =
        file
          .split('/')
          .at(-1)
          ?.replace(/\.yaml$/, '') ?? '';
      const schema = JSON.parse(readFileSync(join(folder, `.etl/schemas/${name}.schema.json`), 'utf8')) as JsonSchema;
      expect([file, schemaErrors(schema, parse(readFileSync(join(folder, file), 'utf8')), schema)]).toEqual([file, []]);
    }
  });

  it('is read with its jobs, and its connections can be opened', async () => {
    const project = await readProject(copyOf(template), context);
    for (const name of await project.jobs()) expect((await project.job(name)).name).toBe(name);
    for (const name of project.connections.keys())
      expect((await project.openable(name)).connector.name).toBe(project.connections.get(name)?.connector);
  });
});
