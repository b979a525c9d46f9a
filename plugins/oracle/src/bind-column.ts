import type { BulkColumn } from '@etl/sql';
import { columnType } from './column-type.js';
import type { BindDefinition, Driver } from './driver.js';
import { lobBases, nationalBases, parseNativeType } from './native-type.js';
import { readExpression } from './oracle-values.js';

/** How the cells of a column are bound. */
export interface BindColumn {
  readonly name: string;
  /** Position of the cell in its row. */
  readonly at: number;
  /** The value of a cell; an empty text is null, as everywhere in Oracle. */
  readonly value: (cell: Buffer) => string | number | Buffer | null;
  /** What stands for it in VALUES. */
  readonly expression: (placeholder: string) => string;
  /** `size`: bytes of the longest value. */
  readonly definition: (driver: Driver, size: number) => BindDefinition;
  /** Long values stand behind all others of a row. */
  readonly long: boolean;
}

const utf8 = (cell: Buffer): string | null => (cell.length === 0 ? null : cell.toString('utf8'));
const latin1 = (cell: Buffer): string => cell.toString('latin1');
const withoutZone = (cell: Buffer): string => cell.toString('latin1', 0, cell.length - 6);

const textBind: BindColumn['definition'] = (driver, size) => ({ type: driver.DB_TYPE_VARCHAR, maxSize: size });

export function bindColumn({ field, given, at }: BulkColumn): BindColumn {
  const { base } = parseNativeType(columnType(field));
  const read = (placeholder: string): string => readExpression(field, placeholder);
  const plain = { name: field.name, at, expression: read, definition: textBind, long: lobBases.has(base) };
  if (base === 'BINARY_DOUBLE' || base === 'BINARY_FLOAT')
    return {
      ...plain,
      value: (cell) => Number(latin1(cell)),
      definition: (driver) => ({ type: base === 'BINARY_FLOAT' ? driver.DB_TYPE_BINARY_FLOAT : driver.DB_TYPE_BINARY_DOUBLE }),
    };
  if (given.type.kind === 'bytes')
    return {
      ...plain,
      value: (cell) => (cell.length === 0 ? null : cell),
      // Bytes as they are: no text of digits between
      expression: (placeholder) => placeholder,
      definition: (driver, size) => ({ type: driver.DB_TYPE_RAW, maxSize: size }),
    };
  if (given.type.kind === 'boolean') return { ...plain, value: (cell) => (cell.length === 4 ? '1' : '0') };
  if (given.type.kind === 'timestamp' && given.type.zoned) return { ...plain, value: withoutZone };
  if (given.type.kind !== 'text' && given.type.kind !== 'json') return { ...plain, value: latin1 };
  return {
    ...plain,
    value: utf8,
    definition: (driver, size) => ({ type: nationalBases.has(base) ? driver.DB_TYPE_NVARCHAR : driver.DB_TYPE_VARCHAR, maxSize: size }),
  };
}
