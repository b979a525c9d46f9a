import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../root.mjs';
import { code, generated, page, table } from './markdown.mjs';
import { optionHeadings, optionRows } from './option-rows.mjs';

/** Every connector of the plugins in this repository: what its manifest says, and the module itself. */
export async function connectors() {
  const found = [];
  for (const folder of readdirSync(join(root, 'plugins'))) {
    const manifest = JSON.parse(readFileSync(join(root, 'plugins', folder, 'package.json'), 'utf8'));
    for (const [name, entry] of Object.entries(manifest.etl.connectors)) {
      const module = await import(pathToFileURL(join(root, 'plugins', folder, entry.module)).href);
      found.push({ name, ...entry, plugin: manifest.name, folder: `plugins/${folder}`, connector: module.default });
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

export const connectorPage = ({ name, summary, plugin, connector }) =>
  page(
    `# Connector ${code(name)}`,
    generated,
    `${summary}. Part of ${code(plugin)}.`,
    '## Connection, in etl.yaml',
    table(optionHeadings, optionRows(connector.connection)),
    ...(connector.extractor
      ? [
          '## Extract, in job.yaml',
          ...(connector.extractor.each === true
            ? ['It can be read [for each row of another dataset](../../guide/dependent-reads.md): `each`.']
            : []),
          table(optionHeadings, optionRows(connector.extractor.options)),
        ]
      : []),
    ...(connector.loader
      ? [
          '## Load, in job.yaml',
          `Write modes: ${connector.loader.modes.map(code).join(', ')}.`,
          table(optionHeadings, optionRows(connector.loader.options)),
        ]
      : []),
    ...(connector.statements
      ? [
          '## Load that is only statements, in job.yaml',
          'SQL in the target behind [other loads](../../guide/loads-and-plans.md).',
          table(optionHeadings, optionRows(connector.statements.options)),
        ]
      : []),
  );

/** The table of connectors, also in the README. */
export const connectorTable = (list, link) =>
  table(
    ['connector', 'reads', 'writes', 'what it is'],
    list.map(({ name, extractor, loader, summary }) => [
      `[${code(name)}](${link(name)})`,
      extractor ? 'yes' : '',
      (loader ?? []).join(', '),
      summary,
    ]),
  );
