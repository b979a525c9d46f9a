import type { Columnar } from '@etl/sdk';
import { csvFormat } from './csv-format.js';
import type { FileExtractOptions } from './file-extract-options.js';
import type { Format, FormatName } from './format.js';
import { jsonFormat } from './json-format.js';
import { ndjsonFormat } from './ndjson-format.js';
import { parquetFormat } from './parquet-format.js';

export interface FormatNeeds {
  readonly columnar: Columnar;
  readonly temporary: string;
  /** Bytes read at once; absent: what is fastest. */
  readonly block?: number;
}

/** The reader of a format, with the options that concern it. */
export function formatReader(name: FormatName, options: FileExtractOptions, { columnar, temporary, block }: FormatNeeds): Format {
  const size = block === undefined ? {} : { block };
  switch (name) {
    case 'csv':
    case 'tsv':
      return csvFormat({ name, options, ...size });
    case 'json':
      return jsonFormat({ options, encoding: options.encoding, ...size });
    case 'ndjson':
      return ndjsonFormat({ options, encoding: options.encoding, ...size });
    case 'parquet':
      return parquetFormat({ columnar, temporary });
  }
}
