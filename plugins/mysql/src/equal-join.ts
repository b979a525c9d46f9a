import { EtlError, type FieldType } from '@etl/sdk';
import type { EqualJoin } from '@etl/sql';
import { parseNativeType } from './native-type.js';

/** Numbers are equal as numbers and times as times, whether they are bound or columns. Others may be turned into texts, or into floats. */
const families: { readonly [kind: string]: string } = {
  integer: 'number',
  decimal: 'number',
  boolean: 'number',
  date: 'time',
  timestamp: 'time',
  text: 'text',
};

/** A decimal without digits of its own is bound as text. */
const familyOf = (type: FieldType): string | undefined =>
  type.kind === 'decimal' && type.precision === undefined ? undefined : families[type.kind];

/** Texts of a type of its own: what a value is compared as depends on whether it is a constant. */
const own: ReadonlySet<string> = new Set(['uuid', 'inet4', 'inet6', 'enum', 'set', 'json']);

export const equalJoin: EqualJoin = {
  compares(field, column) {
    const family = familyOf(field.type);
    if (family === undefined || family !== familyOf(column.type)) return null;
    if (column.native !== undefined && own.has(parseNativeType(column.native.type).base)) return null;
    return family === 'text' ? 'in its collation' : 'as it is';
  },
  collation: (column) => `concat(charset(${column}), ' ', collation(${column}))`,
  inCollation(value, collation) {
    const [, charset, name] = /^(\w+) (\w+)$/.exec(collation) ?? [];
    if (charset === undefined || name === undefined)
      throw new EtlError('INTERNAL', 'The server named a collation in a way that is not known');
    if (charset === 'utf8mb4') return `${value} collate ${name}`;
    const converted = `convert(${value} using ${charset})`;
    // What the column cannot write would become a question mark, which it may hold
    return `case when cast(convert(${converted} using utf8mb4) as binary) = cast(${value} as binary) then ${converted} collate ${name} end`;
  },
  sized: ({ type }, characters) => (type.kind === 'text' ? `char(${characters})` : null),
};
