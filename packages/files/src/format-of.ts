import { EtlError } from '@etl/sdk';
import { formatNames, type FormatName } from './format.js';
import type { Compression } from './source-file.js';

const byExtension: { readonly [extension: string]: FormatName } = {
  csv: 'csv',
  txt: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  geojson: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  pq: 'parquet',
};

/** Extensions whose format is known. */
export const knownExtensions: readonly string[] = Object.keys(byExtension);

export interface FileKind {
  readonly format: FormatName;
  readonly compression: Compression;
}

/** What a file holds by its name, unless it is stated. Throws CONFIG_INVALID where neither says it. */
export function fileKind(
  path: string,
  stated: { readonly format?: FormatName | undefined; readonly compression?: Compression | undefined },
): FileKind {
  const name = path.toLowerCase();
  const compression = stated.compression ?? (name.endsWith('.gz') ? 'gzip' : 'none');
  const extension = /\.([a-z]+)$/.exec(name.replace(/\.gz$/, ''))?.[1] ?? '';
  const format = stated.format ?? byExtension[extension];
  if (format !== undefined) return { format, compression };
  throw new EtlError('CONFIG_INVALID', `The name of ${path} does not tell its format`, {
    hint: `Write \`format:\` with ${formatNames.join(', ')}`,
  });
}
