import { appendFile, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Field, Schema } from '@etl/sdk';
import { readCsv, type ExtractorHarness, type LoaderHarness, type Stored, type TextRow } from '@etl/testkit';
import { jsonMembers } from './json-members.js';

export interface TextKind {
  readonly extension: 'csv' | 'tsv' | 'json' | 'ndjson' | 'csv.gz' | 'ndjson.gz';
}

type Shape = 'csv' | 'tsv' | 'json' | 'ndjson';

const shapeOf = (extension: string): Shape => extension.replace('.gz', '') as Shape;

/** A folder for one test file; tests are to remove it. */
export const makeFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'etl-file-'));

/** Files made and read by plain JavaScript, never by the code under test. */
export function fileExtractorHarness(folder: string, { extension }: TextKind): ExtractorHarness {
  const shape = shapeOf(extension);
  let made = 0;
  return {
    variant: extension,
    connection: () => ({ path: folder }),
    async seed(schema, rows) {
      const file = `seed-${extension.replace('.', '-')}-${++made}.${extension}`;
      const pieces: string[] = [headOf(shape, schema)];
      let first = true;
      let size = 0;
      await writeFile(join(folder, file), '');
      const isPacked = extension.endsWith('.gz');
      const flush = async (): Promise<void> => {
        const text = Buffer.from(pieces.splice(0).join(''));
        await appendFile(join(folder, file), isPacked ? gzipSync(text) : text);
        size = 0;
      };
      for (const row of rows) {
        const line = lineOf(shape, schema.fields, row, first);
        first = false;
        pieces.push(line);
        size += line.length;
        if (size > 1 << 22) await flush();
      }
      pieces.push(shape === 'json' ? '\n]\n' : '');
      await flush();
      return { options: { file }, declared: schema };
    },
    missing: () => ({ file: `nowhere.${extension}` }),
    async change({ options }) {
      const { file } = options as { file: string };
      const path = join(folder, file);
      const bytes = extension.endsWith('.gz') ? gunzipSync(await readFile(path)) : await readFile(path);
      const changed = Buffer.concat([bytes, Buffer.from(shape === 'json' ? ' ' : '\n')]);
      await writeFile(path, extension.endsWith('.gz') ? gzipSync(changed) : changed);
    },
  };
}

const headOf = (shape: Shape, { fields }: Schema): string => {
  if (shape === 'json') return '[';
  if (shape === 'ndjson') return '';
  return `${fields.map(({ name }) => csvCell(name, shape)).join(shape === 'tsv' ? '\t' : ',')}\n`;
};

function lineOf(shape: Shape, fields: readonly Field[], row: TextRow, first: boolean): string {
  if (shape === 'csv' || shape === 'tsv') return `${row.map((cell) => csvCell(cell, shape)).join(shape === 'tsv' ? '\t' : ',')}\n`;
  const members = fields.map((field, at) => `${JSON.stringify(field.name)}:${jsonCell(field, row[at] ?? null)}`);
  return shape === 'json' ? `${first ? '' : ','}\n{${members.join(',')}}` : `{${members.join(',')}}\n`;
}

const csvCell = (cell: string | null, shape: Shape): string => {
  if (cell === null) return '';
  return cell === '' || /["\r\n]/.test(cell) || cell.includes(shape === 'tsv' ? '\t' : ',') || cell.startsWith('\uFEFF')
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
};

function jsonCell({ type: { kind } }: Field, cell: string | null): string {
  if (cell === null) return 'null';
  if (kind === 'json') return cell;
  if (kind === 'boolean' || kind === 'integer' || kind === 'decimal') return cell;
  return kind === 'float' && /\d$/.test(cell) ? cell : JSON.stringify(cell);
}

/** What a load wrote, read by plain JavaScript. */
export function fileLoaderHarness(folder: string, { extension }: TextKind): LoaderHarness {
  const shape = shapeOf(extension);
  const fileOf = (name: string): string => `${encodeURIComponent(name)}.${extension}`;
  return {
    variant: extension,
    connection: () => ({ path: folder }),
    target: (name) => ({ file: fileOf(name) }),
    async rows(name): Promise<Stored | null> {
      const packed = await readFile(join(folder, fileOf(name))).catch(() => null);
      if (packed === null) return null;
      const bytes = extension.endsWith('.gz') ? gunzipSync(packed) : packed;
      return shape === 'json' || shape === 'ndjson' ? readJson(bytes.toString(), shape) : readTable(bytes, shape);
    },
    async objects() {
      await mkdir(folder, { recursive: true });
      return readdir(folder);
    },
  };
}

function readTable(bytes: Buffer, shape: Shape): Stored {
  const text = shape === 'tsv' ? swapped(bytes) : bytes;
  const [header = [], ...rows] = readCsv(text).map((row) => row.map((cell) => fromLatin1(cell, shape)));
  return { columns: header.map((name) => name ?? ''), rows };
}

/** Tabs and commas change places, so that the one reader by the book can read both. */
const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => (byte === 9 ? 44 : byte === 44 ? 9 : byte)));

function fromLatin1(cell: string | null, shape: Shape): string | null {
  if (cell === null) return null;
  const bytes = Buffer.from(cell, 'latin1');
  return (shape === 'tsv' ? swapped(bytes) : bytes).toString();
}

function readJson(text: string, shape: Shape): Stored {
  const records = shape === 'json' ? text.slice(1, text.lastIndexOf(']')).split(/,\n(?=\{)|\n(?=\{)/) : text.split('\n');
  const members = records.filter((record) => record.trim() !== '').map((record) => jsonMembers(record.trim()));
  const columns = [...new Set(members.flatMap((record) => record.map(({ key }) => key)))];
  return { columns, rows: members.map((record) => columns.map((name) => record.find(({ key }) => key === name)?.value ?? null)) };
}
