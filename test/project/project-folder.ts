import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { defineConnector, modes, secretOption, type Connector } from '@etl/sdk';
import { z } from 'zod';
import { loadRegistry, type Registry } from '../../src/registry/index.js';
import type { StepDefinition } from '../../src/transforms/step.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder with these files, removed when the test file is through. */
export function folderOf(files: { readonly [path: string]: string | Uint8Array }): string {
  const folder = mkdtempSync(join(tmpdir(), 'etl-project-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const unopened = (): never => {
  throw new Error('These tests never open a connection');
};

const shop = defineConnector({
  name: 'shop',
  summary: 'A server with a password',
  connection: z.strictObject({
    host: z.string().min(1),
    port: z.number().int().max(65535).default(3306),
    tls: z.boolean().optional(),
    password: secretOption().optional(),
    null_text: z.string().optional(),
  }),
  extractor: {
    options: z.strictObject({
      table: z.string().optional(),
      query: z.string().optional(),
      columns: z.array(z.string()).optional(),
      order_key: z.array(z.string()).optional(),
      params: z.record(z.string(), z.string().nullable()).default({}),
      cursor: z.unknown().optional(),
    }),
  },
  open: unopened,
});

const dump = defineConnector({
  name: 'dump',
  summary: 'A folder of files',
  connection: z.strictObject({ path: z.string().min(1) }),
  extractor: { options: z.strictObject({ file: z.string(), delimiter: z.string().length(1).default(',') }) },
  loader: { options: z.strictObject({ file: z.string() }), modes: ['append', 'replace'] },
  open: unopened,
});

const warehouse = defineConnector({
  name: 'warehouse',
  summary: 'A database',
  connection: z.strictObject({ path: z.string() }),
  extractor: { options: z.strictObject({ table: z.string() }) },
  loader: { options: z.strictObject({ table: z.string().min(1), columns: z.record(z.string(), z.string()).optional() }), modes },
  open: unopened,
});

const mailbox = defineConnector({
  name: 'mailbox',
  summary: 'Sends mail',
  connection: z.strictObject({}),
  loader: { options: z.strictObject({}), modes: ['append'] },
  open: unopened,
});

const connectors: readonly Connector[] = [shop, dump, warehouse, mailbox];

/** A registry with connectors that only have options. */
export function testRegistry(): Registry {
  const plugins = connectors.map(({ name, summary, extractor, loader }) => ({
    name: `@test/${name}`,
    root: '/plugins',
    specifier: name,
    pjson: {
      version: '1.0.0',
      etl: {
        sdk: 1,
        connectors: { [name]: { module: './index.js', summary, extractor: extractor !== undefined, loader: loader?.modes ?? [] } },
      },
    },
  }));
  return loadRegistry(plugins, { importModule: async (module) => ({ default: connectors.find(({ name }) => name === module) }) });
}

const step = (name: string, options: z.ZodType, more: Partial<StepDefinition> = {}): readonly [string, StepDefinition] => [
  name,
  { name, summary: name, example: '', options, creates: false, bind: unopened, ...more },
];

const rule = z.strictObject({
  field: z.string().optional(),
  expression: z.string().optional(),
  in: z.array(z.string()).optional(),
  unique: z.boolean().optional(),
  on_fail: z.enum(['reject', 'warn', 'stop']).default('stop'),
});

/** Steps that only have options. */
export const testSteps: ReadonlyMap<string, StepDefinition> = new Map([
  step('rename', z.record(z.string(), z.string())),
  step('cast', z.record(z.string(), z.string())),
  step('filter', z.string().min(1)),
  step('derive', z.record(z.string(), z.string())),
  step('dedupe', z.strictObject({ by: z.array(z.string()), keep: z.enum(['first', 'last']).default('first') })),
  step('sql', z.string().min(1), { creates: true }),
  step('union', z.strictObject({ of: z.array(z.string()) }), {
    creates: true,
    reads: (options) => z.object({ of: z.array(z.string()) }).parse(options).of,
  }),
  step('check', z.array(rule)),
]);
