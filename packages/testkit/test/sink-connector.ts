import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConnector, EtlError, nativeCode, sinkLoader, type Connector, type Sink } from '@etl/sdk';
import { textRowsOf, type Stored, type TextRow } from '@etl/testkit';
import { z } from 'zod';

/** The smallest loader that `sinkLoader` makes possible: a file of JSON that is written aside and renamed into place. */
export function sinkConnector(folder: string): Connector {
  const pathOf = (table: string): string => join(folder, encodeURIComponent(table));
  return defineConnector({
    name: 'sink',
    summary: 'One JSON file for each table',
    connection: z.strictObject({}),
    loader: { options: z.strictObject({ table: z.string() }), modes: ['replace'] },
    open: async (_, context) => ({
      async *check() {
        yield { layer: 'folder', ok: true };
      },
      loader: async ({ table }) =>
        sinkLoader({
          store: context.state,
          failpoint: (name) => context.failpoint(name),
          isVisible: async (intent) => (await readStored(pathOf(table)))?.token === intent,
          async open({ mode, schema }): Promise<Sink> {
            if (mode !== 'replace') throw new EtlError('CAPABILITY_MISSING', `sink does not offer ${mode}`);
            const rows: TextRow[] = [];
            const token = randomUUID();
            const aside = `${pathOf(table)}.${token}`;
            return {
              write: async (batch) => void rows.push(...textRowsOf(schema, batch)),
              async prepare() {
                await writeFile(aside, JSON.stringify({ token, columns: schema.fields.map(({ name }) => name), rows }));
                return { intent: token };
              },
              finish: () => rename(aside, pathOf(table)),
              discard: () => rm(aside, { force: true }),
            };
          },
        }),
      close: async () => undefined,
    }),
  });
}

/** What lies in the file of a table; null: there is none. */
export async function readSink(folder: string, table: string): Promise<Stored | null> {
  return readStored(join(folder, encodeURIComponent(table)));
}

async function readStored(path: string): Promise<(Stored & { readonly token: string }) | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Stored & { readonly token: string };
  } catch (error) {
    if (nativeCode(error) === 'ENOENT') return null;
    throw error;
  }
}
