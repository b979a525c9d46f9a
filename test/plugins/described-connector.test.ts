import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { secretOption, type Connector } from '@etl/sdk';
import { z } from 'zod';
import duckdb from '@etl/connector-duckdb';
import file from '@etl/connector-file';
import ConnectorsShow from '../../src/commands/connectors/show.js';
import Validate from '../../src/commands/validate.js';
import type { PluginManifest } from '../../src/plugins/check-plugins.js';
import { describeConnector, describedConnector } from '../../src/plugins/described-connector.js';
import { bundledPlugins } from '../../src/registry/index.js';
import { readCatalogue } from '../../src/plugins/catalogue.js';
import { connectorShape } from '../commands/json-shapes.js';
import { temporaryFolders } from '../commands/temporary-folder.js';
import { root, tryCommand } from '../commands/try-command.js';
import { writeCatalogue } from './plugin-package.js';

const folder = temporaryFolders();

const lake: Connector = {
  name: 'lake',
  summary: 'x',
  connection: z.strictObject({
    host: z.string().meta({ endpoint: true }).describe('Where it is'),
    port: z.number().default(1521),
    password: secretOption().describe('Of the user'),
  }),
  extractor: { options: z.strictObject({ table: z.string() }) },
  loader: { modes: ['append'], options: z.strictObject({ table: z.string() }) },
  open: async () => Promise.reject(new Error('never')),
};

/** A catalogue that knows the options of a connector that is nowhere. */
async function offerLake(directory: string): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(directory, 'lake.json'), JSON.stringify(describeConnector(lake)));
  const file = join(directory, 'catalogue.json');
  await writeCatalogue(file, [{ name: '@acme/lake', connector: 'lake', options: 'lake.json' }]);
  return { CI: 'true', ETL_CATALOGUE: file };
}

describe('a connector that is not installed', () => {
  it.each([file, duckdb])('says of itself what $name does when it is', async (connector) => {
    const options = join(await folder(), 'options.json');
    const description = describeConnector(connector);
    await writeFile(options, JSON.stringify(description));
    const entry = { connector: connector.name, package: '@etl/x', summary: connector.summary, folder: null, options };
    const described = await describedConnector(entry);
    const shape = (each: typeof description) =>
      [each.connection, each.extract, each.load?.options].map((schema) => [Object.keys(schema?.['properties'] ?? {}), schema?.['required']]);
    expect(shape(describeConnector(described!))).toEqual(shape(description));
    expect(described!.loader?.modes).toEqual(connector.loader?.modes);
    await expect(described!.open({}, {} as never)).rejects.toMatchObject({ code: 'CONNECTOR_UNKNOWN', hint: 'Install it with: etl plugins install @etl/x' });
    expect(await describedConnector({ ...entry, options: null })).toBeNull();
    await writeFile(options, '{"connection": 1}');
    await expect(describedConnector(entry)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  }); // prettier-ignore

  it('lets etl validate check its options in the files of a project', async () => {
    const directory = await folder();
    await offerLake(directory);
    await mkdir(join(directory, 'jobs/copy'), { recursive: true });
    const write = async (more: string, table: string): Promise<void> => {
      const connections = `  source: { connector: lake${more}, password: { secret: password } }\n  files: { connector: file, path: ./out }\n`;
      await writeFile(join(directory, 'etl.yaml'), `project: x\nconnections:\n${connections}`);
      const job = `name: copy\nextract:\n  rows: { from: source, ${table} }\nload:\n  - { dataset: rows, to: files, file: r.csv, mode: replace }\n`;
      await writeFile(join(directory, 'jobs/copy/job.yaml'), job);
    };
    const validate = () =>
      tryCommand(Validate, ['--json'], { directory, variables: { CI: 'true', ETL_CATALOGUE: join(directory, 'catalogue.json') } });
    await write(', host: db.example.com', 'table: orders');
    expect((await validate()).json).toMatchObject({ problems: [] });
    await write(', hst: db.example.com', 'tabel: orders');
    const { exitCode, json } = await validate();
    const { problems } = json as { problems: { message: string }[] };
    expect([exitCode, problems.map(({ message }) => message).join('\n')]).toEqual([2, expect.stringMatching(/hst[^]*tabel/)]);
  });

  it('is shown with all of its options and what installs it, and gives its schema for a catalogue', async () => {
    const directory = await folder();
    const variables = await offerLake(directory);
    const show = (...words: string[]) => tryCommand(ConnectorsShow, ['lake', ...words], { directory, variables });
    const { connector } = connectorShape.parse((await show('--json')).json);
    expect(connector).toMatchObject({
      plugin: '@acme/lake',
      version: null,
      command: 'etl plugins install lake',
      connection: [
        { name: 'host', type: 'text', required: true, description: 'Where it is' },
        { name: 'port', default: '1521', required: false },
        { name: 'password', secret: true, type: '{ secret: name }' },
      ],
      extract: [{ name: 'table', required: true }],
      load: { modes: ['append'], options: [{ name: 'table' }] },
    });
    const { stdout, stderr } = await show();
    expect([stdout, stderr]).toEqual([expect.stringContaining('not installed'), expect.stringContaining('etl plugins install lake')]);
    expect((await show('--schema')).json).toEqual(JSON.parse(await readFile(join(directory, 'lake.json'), 'utf8')));
    const plain = await tryCommand(ConnectorsShow, ['lake'], { directory });
    expect([plain.exitCode, plain.stderr]).toEqual([2, expect.stringContaining("No installed plugin offers the connector 'lake'")]);
  });
});

describe('the catalogue of this repository', () => {
  it('has every connector that does not come with etl, with options that can be read', async () => {
    const folders = await readdir(join(root, 'plugins'));
    const manifests = await Promise.all(
      folders.map(async (name) => JSON.parse(await readFile(join(root, 'plugins', name, 'package.json'), 'utf8')) as PluginManifest),
    );
    const bundled = new Set(bundledPlugins().map(({ name }) => name));
    const offered = manifests.filter(({ name }) => !bundled.has(name)).flatMap(({ etl }) => Object.keys(etl.connectors));
    const { entries } = await readCatalogue({ root, variables: {} });
    expect(entries.map(({ connector }) => connector).sort()).toEqual(offered.sort());
    for (const entry of entries) {
      expect(entry).toMatchObject({ folder: expect.any(String), options: expect.any(String) });
      expect(await describedConnector(entry)).toMatchObject({ name: entry.connector, summary: entry.summary });
    }
  });
});
