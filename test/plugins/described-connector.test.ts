import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import duckdb from '@etl/connector-duckdb';
import file from '@etl/connector-file';
import Validate from '../../src/commands/validate.js';
import { describeConnector, describedConnector } from '../../src/plugins/described-connector.js';
import { temporaryFolders } from '../commands/temporary-folder.js';
import { tryCommand } from '../commands/try-command.js';
import { writeCatalogue } from './plugin-package.js';

const folder = temporaryFolders();

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
    const connection = z.strictObject({ host: z.string().meta({ endpoint: true }), port: z.number().default(1521) });
    const connector = {
      name: 'lake', summary: 'x', connection,
      extractor: { options: z.strictObject({ table: z.string() }) },
      open: async () => Promise.reject(new Error('never')),
    }; // prettier-ignore
    await writeFile(join(directory, 'lake.json'), JSON.stringify(describeConnector(connector)));
    await writeCatalogue(join(directory, 'catalogue.json'), [{ name: '@acme/lake', connector: 'lake', options: 'lake.json' }]);
    await mkdir(join(directory, 'jobs/copy'), { recursive: true });
    const write = async (more: string, table: string): Promise<void> => {
      const connections = `  source: { connector: lake${more} }\n  files: { connector: file, path: ./out }\n`;
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
});
