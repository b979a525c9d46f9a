import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isEtlError, parseTypeName, type Field, type Schema } from '@etl/sdk';
import { readSchemas, writeSchemas } from '../../src/project/index.js';
import { folderOf } from './project-folder.js';

const field = (name: string, type: string, more: Partial<Field> = {}): Field => ({
  name,
  type: parseTypeName(type),
  nullable: true,
  ...more,
});
const schema = (fields: readonly Field[], key: readonly string[] = []): Schema => ({ fields, key });

function jobIn(files: Readonly<Record<string, string>> = {}): { directory: string; file: string; text: () => string } {
  const directory = folderOf(files);
  return { directory, file: 'jobs/j/job.yaml', text: () => readFileSync(join(directory, 'schemas.yaml'), 'utf8') };
}

describe('schemas.yaml', () => {
  it('is written in a notation that reads naturally', async () => {
    const job = jobIn();
    const fields = [
      field('id', 'integer', { nullable: false }),
      field('total', 'decimal(12,2)'),
      field('ref', 'text', { nullable: false, native: { dialect: 'postgres', type: 'uuid' } }),
    ];
    await writeSchemas(job, new Map([['orders', schema(fields, ['id'])]]));
    expect(job.text()).toBe(
      `# yaml-language-server: $schema=../../.etl/schemas/schemas.schema.json
# Columns of what this job extracts, written by etl init, preview and run. Commit it. Edit a type to read the column as that type.

orders:
  key: [id]
  columns:
    id: integer not null
    total: decimal(12,2)
    ref: { type: text, nullable: false, native: { dialect: postgres, type: uuid } }
`,
    );
  });

  it('keeps comments, order and notation of what did not change, byte for byte', async () => {
    const before =
      '# ours\norders:   # all of them\n  columns: {id: integer, "name": text}\n\ncustomers:\n  columns:\n    id: int64 not null # the number\n';
    const job = jobIn({ 'schemas.yaml': before });
    await writeSchemas(job, await readSchemas(job));
    expect(job.text()).toBe(before);
  });

  it('changes only the column that changed, and keeps its comment', async () => {
    const job = jobIn({
      'schemas.yaml': '# ours\norders:\n  columns:\n    id: integer # the number\n    # money\n    total: text # as printed\n',
    });
    await writeSchemas(job, new Map([['orders', schema([field('note', 'text'), field('id', 'integer'), field('total', 'decimal(9,2)')])]]));
    expect(job.text()).toBe(
      '# ours\norders:\n  columns:\n    note: text\n    id: integer # the number\n    # money\n    total: decimal(9,2) # as printed\n',
    );
  });

  it('drops datasets and columns that are gone, and leaves no other file behind', async () => {
    const job = jobIn({ 'schemas.yaml': 'a:\n  columns:\n    x: text\n    y: text\nb:\n  columns: { z: text }\n' });
    await writeSchemas(job, new Map([['a', schema([field('y', 'text')])]]));
    expect(job.text()).toBe('a:\n  columns:\n    y: text\n');
    expect(readdirSync(job.directory)).toEqual(['schemas.yaml']);
  });

  it('is not touched where it cannot be read', async () => {
    const job = jobIn({ 'schemas.yaml': 'a: [\n' });
    await expect(writeSchemas(job, new Map())).rejects.toMatchObject({ code: 'CONFIG_INVALID', place: { file: 'jobs/j/schemas.yaml' } });
    expect(job.text()).toBe('a: [\n');
  });

  it('is empty where there is no file, and says what is wrong in it', async () => {
    expect(await readSchemas(jobIn())).toEqual(new Map());
    const job = jobIn({ 'schemas.yaml': 'a:\n  key: [z]\n  columns: { x: intger }\n' });
    const error: unknown = await readSchemas(job).catch((caught: unknown) => caught);
    expect(isEtlError(error) && error.message).toBe(
      "2 mistakes in jobs/j/schemas.yaml\n  jobs/j/schemas.yaml:2:9 The key of a names the column 'z', which is not in its columns\n  jobs/j/schemas.yaml:3:17 'intger' is not a type",
    );
  });

  const typeText = fc.constantFrom(
    'integer',
    'uint8',
    'int128',
    'float32',
    'decimal',
    'decimal(38,10)',
    'text',
    'text(3)',
    'bytes',
    'date',
    'time(0)',
    'timestamptz(3)',
    'json',
    'boolean',
  );
  const name = fc
    .oneof(
      fc.constantFrom('id', 'null', 'true', '01', 'a: b', '# c', '- d', '', ' e', 'key', '~', '*f', '!g', 'h\ni', '"', 'yes', '1e5', '{x}'),
      fc.string({ minLength: 1, maxLength: 8 }),
    )
    .filter((text) => text !== '' && text !== '__proto__' && text !== '<<' && !/\p{Cs}/u.test(text));
  const native = fc.option(
    fc.record({ dialect: fc.constantFrom('pg', 'mysql'), type: fc.constantFrom('uuid', 'enum(\'a\', "b")', '01', 'null') }),
    { nil: undefined },
  );
  const anyField = fc
    .record({ name, type: typeText, nullable: fc.boolean(), native })
    .map(({ name: own, type, nullable, native: kind }) => field(own, type, { nullable, ...(kind && { native: kind }) }));
  const anySchema = fc
    .uniqueArray(anyField, { selector: (each) => each.name, minLength: 1, maxLength: 6 })
    .chain((fields) => fc.subarray(fields.map((each) => each.name)).map((key) => schema(fields, key)));
  const anySchemas = fc
    .dictionary(fc.constantFrom('orders', 'Customers', 'a_1', 'true', 'null'), anySchema, { maxKeys: 4 })
    .map((each) => new Map(Object.entries(each)));

  it('reads back what was written, over whatever was there before, and settles at once', async () => {
    await fc.assert(
      fc.asyncProperty(anySchemas, anySchemas, async (first, second) => {
        const job = jobIn();
        await writeSchemas(job, first);
        expect(await readSchemas(job)).toEqual(first);
        await writeSchemas(job, second);
        expect(await readSchemas(job)).toEqual(second);
        const settled = job.text();
        await writeSchemas(job, await readSchemas(job));
        expect(job.text()).toBe(settled);
      }),
      { numRuns: 150 },
    );
  });

  it('is not written again where nothing changes', async () => {
    const job = jobIn({ 'schemas.yaml': 'a: { columns: { x: text } }   \n' });
    writeFileSync(join(job.directory, 'marker'), '');
    await writeSchemas(job, await readSchemas(job));
    expect(job.text()).toBe('a: { columns: { x: text } }   \n');
  });
});
