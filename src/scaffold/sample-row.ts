import type { FieldType, Schema } from '@etl/sdk';
import { yamlText } from './yaml-text.js';

/** A made-up row for the test of a new job, as a YAML flow map: a value of each column's type, never one of the real data. */
export const sampleRow = ({ fields }: Schema): string =>
  `{ ${fields.map(({ name, type }) => `${yamlText(name)}: ${sampleValue(type)}`).join(', ')} }`;

function sampleValue(type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'true';
    case 'integer':
      return '1';
    case 'float':
      return '1.5';
    case 'decimal':
      return `"1${(type.scale ?? 0) > 0 ? `.${'5'.padEnd(type.scale ?? 0, '0')}` : ''}"`;
    case 'date':
      return '"2026-01-31"';
    case 'time':
      return '"09:30:00"';
    case 'timestamp':
      return type.zoned ? '"2026-01-31 09:30:00+00:00"' : '"2026-01-31 09:30:00"';
    case 'json':
      return `'{"a": 1}'`;
    case 'bytes':
      return String.raw`"\\x00ff"`;
    case 'text':
      return JSON.stringify('Ada'.slice(0, type.length ?? 3));
  }
}
